import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { age } from '../../lib/format';
import { LEVEL_SHAPE, type Level, level, sparkPoints, type Threshold, trend } from './thresholds';

const ARROW = { up: '↗', down: '↘', flat: '→' } as const;

function Spark({ series }: { series: readonly number[] }) {
  return (
    <svg className="spark" viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={sparkPoints(series, 200, 40)} />
    </svg>
  );
}

/** How old what the tile shows is; grey and "stale" when the line is silent. */
export function DataAge({ ms, stale }: { ms: number; stale: boolean }) {
  const { t, i18n } = useTranslation();
  return (
    <span className="tile-age digits">
      {stale ? `${t('board.stale')} · ` : ''}
      {t('board.age', { age: age(ms, i18n.language) })}
    </span>
  );
}

export interface TileProps {
  label: string;
  /** What is shown large. */
  shown: string;
  /** Smaller, after the number. */
  unit?: string;
  /** The number behind it, for colour and shape. */
  value?: number | undefined;
  threshold?: Threshold;
  target?: string;
  note?: string;
  series?: readonly number[];
  age: number;
  stale: boolean;
}

export function Tile({
  label,
  shown,
  unit,
  value,
  threshold,
  target,
  note,
  series,
  age: ms,
  stale,
}: TileProps) {
  const before = useRef<Level>('good');
  const now: Level = threshold ? level(value, threshold, before.current) : 'none';
  before.current = now;
  return (
    <section className="tile" data-level={stale ? 'none' : now} aria-label={label}>
      <h2>{label}</h2>
      <div className="tile-main">
        <span className="tile-value digits">
          {shown}
          {unit && value !== undefined ? <small>{unit}</small> : null}
        </span>
        <span className="tile-shape" aria-hidden="true">
          {stale ? '' : LEVEL_SHAPE[now]}
        </span>
      </div>
      {series ? (
        <div className="tile-spark">
          <Spark series={series} />
          <span aria-hidden="true">{ARROW[trend(series)]}</span>
        </div>
      ) : null}
      {note ? <div className="tile-note">{note}</div> : null}
      <footer>
        <span>{target}</span>
        <DataAge ms={ms} stale={stale} />
      </footer>
    </section>
  );
}

export function ListTile({
  label,
  age: ms,
  stale,
  children,
}: {
  label: string;
  age: number;
  stale: boolean;
  children: ReactNode;
}) {
  return (
    <section className="tile tile-wide" aria-label={label}>
      <h2>{label}</h2>
      <div className="tile-list">{children}</div>
      <footer>
        <span />
        <DataAge ms={ms} stale={stale} />
      </footer>
    </section>
  );
}
