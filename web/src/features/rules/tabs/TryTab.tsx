import { Button, DatePicker, Input } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkedCards, RuleTest } from '../../../api/automation';
import { asProblem } from '../../../api/problem';
import { recentEvent, useEventTypes } from '../../../api/rules';
import { customerFacts, keyOf, type TrialAnswer, tryRule } from '../../../api/trials';
import { CustomerSelect } from '../../../ui/CustomerSelect';
import { linkedCards } from '../../../ui/decision/cards';
import { fieldsRead } from '../../../ui/decision/document';
import { EmptyState } from '../../../ui/EmptyState';
import { EventForm, type Values } from '../../../ui/EventForm';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import type { TabProps } from '../RulePage';
import { TestList } from './TestList';
import { TrialResult } from './TrialResult';

/** One event and what the draft would do with it; nothing is sent. What came out can be kept as a test. */
export default function TryTab({ editing, mayWrite }: TabProps) {
  const { t } = useTranslation();
  const say = useSay();
  const { document } = editing.draft;
  const tests = document.tests ?? [];
  const schema = useEventTypes().data?.find((type) => type.name === document.event)?.schema;
  const [values, setValues] = useState<Values>({});
  const [customer, setCustomer] = useState<string>();
  // The customer of a test, who need not be in the database.
  const [made, setMade] = useState<Values | null>(null);
  const [cards, setCards] = useState<LinkedCards | null>(null);
  const [now, setNow] = useState<dayjs.Dayjs | null>(null);
  const [answer, setAnswer] = useState<TrialAnswer>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [name, setName] = useState('');
  const run = async () => {
    setBusy(true);
    setProblem(undefined);
    await tryRule({
      document,
      event: values,
      ...(customer ? { customer_id: customer } : made ? { customer: made, cards } : {}),
      ...(now ? { now: now.toISOString() } : {}),
    }).then(setAnswer, setProblem);
    setBusy(false);
  };
  const fill = () =>
    recentEvent(document.event).then(
      (event) => {
        setValues(event.data);
        setCustomer(event.customer_id ?? undefined);
      },
      (error: unknown) =>
        say.failed(asProblem(error).status === 404 ? new Error(t('rules.trial.noRecent')) : error),
    );
  const keep = async () => {
    if (!answer) return;
    // As far as the criteria read them: the test goes on meaning the same when the cards change.
    const read = linkedCards(answer.trace?.inputs ?? {});
    const test: RuleTest = {
      name: name.trim() || `${t('rules.trial.tests')} ${tests.length + 1}`,
      event: values,
      customer: customer ? await customerFacts(customer) : made,
      ...(Object.keys(read).length > 0 ? { cards: read } : {}),
      ...(now ? { now: now.toISOString() } : {}),
      expect: { matched: answer.matched, reactions: answer.reactions.map(keyOf) },
    };
    editing.set(['document', 'tests'], [...tests, test]);
    setName('');
    say.done(t('rules.trial.kept'));
  };
  const open = (test: RuleTest) => {
    setValues(test.event);
    setMade(test.customer ?? null);
    setCards(test.cards ?? null);
    setNow(test.now ? dayjs(test.now) : null);
    setCustomer(undefined);
    setAnswer(undefined);
  };
  return (
    <div className="halves">
      <div>
        <section className="panel side-block" aria-label={t('rules.trial.title')}>
          <header className="row">
            <h2>{t('rules.trial.title')}</h2>
            <span className="grow" />
            <ReasonButton
              size="small"
              reason={document.event ? undefined : t('rules.toChoose.unknown_event')}
              onClick={() => void fill()}
            >
              {t('rules.trial.fill')}
            </ReasonButton>
          </header>
          <p className="dim under">{t('rules.trial.note')}</p>
          <EventForm
            key={document.event}
            schema={schema}
            first={fieldsRead(document)}
            values={values}
            onChange={setValues}
          />
          <div className="trial-more">
            <div className="labelled">
              <span>{t('rules.trial.customer')}</span>
              <CustomerSelect value={customer} onChange={setCustomer} />
            </div>
            <div className="labelled">
              <span>{t('rules.trial.now')}</span>
              <DatePicker
                showTime
                aria-label={t('rules.trial.now')}
                value={now}
                onChange={setNow}
              />
            </div>
          </div>
          <Button type="primary" loading={busy} onClick={() => void run()}>
            {t('rules.trial.run')}
          </Button>
        </section>
        <TestList
          document={document}
          mayWrite={mayWrite}
          onOpen={open}
          onRemove={(index) =>
            editing.set(
              ['document', 'tests'],
              tests.filter((_, at) => at !== index),
            )
          }
        />
      </div>
      <section
        className="panel side-block trial-answer"
        aria-label={t('rules.trial.reasons')}
        aria-live="polite"
      >
        <ProblemNote error={problem} />
        {answer ? <TrialResult answer={answer} document={document} /> : null}
        {answer && mayWrite ? (
          <div className="row keep-test">
            <Input
              data-own-undo
              aria-label={t('rules.trial.keepName')}
              placeholder={t('rules.trial.keepName')}
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <Button onClick={() => void keep().catch(say.failed)}>{t('rules.trial.keep')}</Button>
          </div>
        ) : null}
        {answer || problem ? null : <EmptyState text={t('rules.trial.empty')} />}
      </section>
    </div>
  );
}
