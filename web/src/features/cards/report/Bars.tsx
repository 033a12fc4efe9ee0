import { count } from '../../../lib/format';

export interface Bar {
  label: string;
  value: number;
}

/** Lengths beside each other, with the figure at the end. */
export function Bars({ bars, label, language }: { bars: Bar[]; label: string; language: string }) {
  const longest = Math.max(...bars.map((bar) => Math.abs(bar.value)), 0);
  return (
    <div className="bars" role="img" aria-label={label}>
      {bars.map((bar) => (
        <div className="bar-row" key={bar.label}>
          <span>{bar.label}</span>
          <span>
            <span
              className="bar-line"
              style={{ width: `${longest > 0 ? (Math.abs(bar.value) / longest) * 100 : 0}%` }}
            />
          </span>
          <span className="digits">{count(bar.value, language)}</span>
        </div>
      ))}
    </div>
  );
}
