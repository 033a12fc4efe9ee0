import { Button, DatePicker, Progress } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelSimulation, startSimulation, useSimulation } from '../../../api/trials';
import { errorsOf } from '../../../ui/criteria/faults';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import type { TabProps } from '../RulePage';
import { SimulationFigures } from './SimulationFigures';

type Range = [dayjs.Dayjs, dayjs.Dayjs];

/** What the draft would have done with the events of a past time: to whom, how often, and why not. */
export default function SimulationTab({ rule, editing, faults }: TabProps) {
  const { t } = useTranslation();
  const say = useSay();
  const now = dayjs();
  const [range, setRange] = useState<Range>([now.subtract(30, 'day'), now]);
  const [id, setId] = useState<string>();
  const simulation = useSimulation(rule.id, id);
  const found = simulation.data;
  const errors = errorsOf(faults);
  const running = id !== undefined && (!found || found.state === 'running');
  const run = () =>
    startSimulation(rule.id, {
      from: range[0].toISOString(),
      to: range[1].toISOString(),
      document: editing.draft.document,
    }).then((made) => setId(made.id), say.failed);
  const stop = async () => {
    if (id) await cancelSimulation(rule.id, id).catch(say.failed);
    setId(undefined);
  };
  return (
    <>
      <p className="dim">{t('rules.simulation.note')}</p>
      <div className="row wrap filters">
        <DatePicker.RangePicker
          showTime={{ format: 'HH:mm' }}
          format="DD.MM.YYYY HH:mm"
          allowClear={false}
          aria-label={t('rules.simulation.period')}
          value={range}
          presets={[
            { label: t('rules.simulation.lastWeek'), value: [now.subtract(7, 'day'), now] },
            { label: t('rules.simulation.lastMonth'), value: [now.subtract(30, 'day'), now] },
          ]}
          onChange={(next: [dayjs.Dayjs | null, dayjs.Dayjs | null] | null) => {
            if (next?.[0] && next[1]) setRange([next[0], next[1]]);
          }}
        />
        <ReasonButton
          type="primary"
          reason={errors > 0 ? t('rules.life.faultsFirst', { n: errors }) : undefined}
          loading={running}
          onClick={() => void run()}
        >
          {t('rules.simulation.run')}
        </ReasonButton>
        {running ? (
          <Button onClick={() => void stop()}>{t('rules.simulation.cancel')}</Button>
        ) : null}
      </div>
      <ProblemNote error={simulation.error} onRetry={() => void simulation.refetch()} />
      {found ? (
        <div data-simulation={found.state}>
          {found.state === 'running' ? (
            <>
              <Progress
                aria-label={t('rules.simulation.run')}
                percent={found.total > 0 ? Math.floor((100 * found.seen) / found.total) : 0}
              />
              <p aria-live="polite">
                {t('rules.simulation.running', { seen: found.seen, total: found.total })}
              </p>
            </>
          ) : null}
          {found.state === 'failed' ? (
            <ProblemNote error={new Error(found.error ?? t('rules.simulation.failed'))} />
          ) : null}
          <SimulationFigures found={found} document={editing.draft.document} />
        </div>
      ) : id ? null : (
        <EmptyState text={t('rules.simulation.empty')} />
      )}
    </>
  );
}
