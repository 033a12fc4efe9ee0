import { useTranslation } from 'react-i18next';
import type { Board } from '../../api/frames';
import { skew } from '../../api/skew';
import { duration } from '../../lib/format';
import { secondsSince } from '../../lib/time';
import { OperatorsTile } from './OperatorsTile';
import { QueuesTile } from './QueuesTile';
import { Tile } from './Tile';
import { abandonedPercent, targetOf } from './thresholds';

const whole = (value: number | undefined) =>
  value === undefined ? '—' : String(Math.round(value));
const percent = (value: number | undefined) => (value === undefined ? '—' : `${whole(value)} %`);

/** Ten tiles on a grid of 12 by 6, none of which moves when its numbers change. */
export function Tiles({ board, age, stale }: { board: Board; age: number; stale: boolean }) {
  const { t } = useTranslation();
  const { totals, queues, operators, series } = board;
  const every = { age, stale };
  const list = Object.values(queues);
  const { target, seconds, shared } = targetOf(list);
  const longest = totals.longest_since ? secondsSince(totals.longest_since, skew.now()) : 0;
  const waits = list.flatMap((queue) => queue.estimated_wait_seconds ?? []);
  const estimate = waits.length > 0 ? Math.max(...waits) : undefined;
  const gaveUp = abandonedPercent(totals.answered, totals.abandoned);
  const onShift =
    operators.ready + operators.ringing + operators.on_contact + operators.held + operators.wrap_up;
  return (
    <div className="tiles">
      <Tile
        {...every}
        label={t('board.waiting')}
        shown={String(totals.waiting)}
        value={totals.waiting}
        threshold={{ warn: Math.max(3, onShift), bad: Math.max(6, onShift * 2), hysteresis: 1 }}
        series={series.waiting}
      />
      <Tile
        {...every}
        label={t('board.longest')}
        shown={duration(longest)}
        value={longest}
        threshold={{ warn: seconds + 1, bad: seconds * 3, hysteresis: 2 }}
        target={t('board.targetSeconds', { n: seconds })}
      />
      <Tile
        {...every}
        label={shared ? t('board.service', { percent: target, seconds }) : t('board.serviceAll')}
        shown={whole(totals.service_level)}
        unit="%"
        value={totals.service_level}
        threshold={{ warn: target - 0.5, bad: target - 10, hysteresis: 1 }}
        target={t('board.targetPercent', { n: target })}
        note={t('board.strict', { value: percent(totals.service_level_strict) })}
        series={series.service_level}
      />
      <Tile
        {...every}
        label={t('board.abandoned')}
        shown={whole(gaveUp)}
        unit="%"
        value={gaveUp}
        threshold={{ warn: 5, bad: 10, hysteresis: 0.5 }}
        target={t('board.targetAbandoned')}
        note={t('board.abandonedOf', { n: totals.abandoned, short: totals.abandoned_short })}
      />
      <Tile
        {...every}
        label={t('board.talking')}
        shown={String(totals.talking)}
        note={t('board.inMenu', { n: totals.in_ivr })}
      />
      <Tile
        {...every}
        label={t('board.estimate')}
        shown={estimate === undefined ? '—' : duration(estimate)}
      />
      <Tile
        {...every}
        label={t('board.answered')}
        shown={String(totals.answered)}
        note={t('board.answeredOf', { offered: totals.offered, inTime: totals.answered_in_time })}
      />
      <Tile
        {...every}
        label={t('board.ready')}
        shown={String(operators.ready)}
        // Nobody at work and nobody waiting is a closed site, not an alarm.
        value={onShift + totals.waiting > 0 ? operators.ready : undefined}
        threshold={{ warn: 1, bad: 0, hysteresis: 0 }}
        note={t('board.onShift', { n: onShift })}
      />
      <OperatorsTile {...every} operators={operators} />
      <QueuesTile {...every} queues={queues} />
    </div>
  );
}
