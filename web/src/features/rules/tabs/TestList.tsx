import { CloseOutlined } from '@ant-design/icons';
import { Button, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleDocument, RuleTest } from '../../../api/automation';
import { tryRule } from '../../../api/trials';
import { useSay } from '../../../ui/say';
import { passes } from '../model/tests';

/** What was tried and kept: run together before the approval is asked for. */
export function TestList({
  document,
  mayWrite,
  onOpen,
  onRemove,
}: {
  document: RuleDocument;
  mayWrite: boolean;
  onOpen(test: RuleTest): void;
  onRemove(index: number): void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const tests = document.tests ?? [];
  const [ran, setRan] = useState<{ of: RuleDocument; passed: boolean[] }>();
  const outcome = ran?.of === document ? ran.passed : undefined;
  const run = async () => {
    const answers = tests.map(async (test) =>
      passes(
        test,
        await tryRule({
          document,
          event: test.event,
          customer: test.customer ?? null,
          ...(test.cards ? { cards: test.cards } : {}),
          ...(test.now ? { now: test.now } : {}),
        }),
      ),
    );
    await Promise.all(answers).then((passed) => setRan({ of: document, passed }), say.failed);
  };
  return (
    <section className="panel side-block" aria-label={t('rules.trial.tests')}>
      <header className="row">
        <h2>{t('rules.trial.tests')}</h2>
        <span className="grow" />
        <Button size="small" disabled={tests.length === 0} onClick={() => void run()}>
          {t('rules.trial.runAll')}
        </Button>
      </header>
      <p className="dim under">
        {t(tests.length === 0 ? 'rules.trial.noTests' : 'rules.trial.testsNote')}
      </p>
      <ul className="tests">
        {tests.map((test, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat
          <li className="row" key={index}>
            <Button
              type="link"
              size="small"
              aria-label={t('rules.trial.loadTest', { name: test.name })}
              onClick={() => onOpen(test)}
            >
              {test.name}
            </Button>
            <span className="dim">
              {t(test.expect.matched ? 'rules.trial.expectMatched' : 'rules.trial.expectNot')}
            </span>
            <span className="grow" />
            {outcome ? (
              <Tag color={outcome[index] ? 'success' : 'error'}>
                {t(outcome[index] ? 'rules.trial.passed' : 'rules.trial.failed')}
              </Tag>
            ) : null}
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined aria-hidden />}
              disabled={!mayWrite}
              aria-label={t('rules.trial.removeTest', { name: test.name })}
              onClick={() => onRemove(index)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
