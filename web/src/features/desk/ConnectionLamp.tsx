import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { age } from '../../lib/format';
import { useTick } from '../../lib/time';
import { useLive } from './useDesk';

/** Whether the line stands, how quick it is, and how old the data are. */
export function ConnectionLamp() {
  const { t, i18n } = useTranslation();
  useTick(500);
  const line = useLive((state) => state.line);
  const latency = useLive((state) => state.latency);
  const heardAt = useLive((state) => state.heardAt);
  const good = line === 'open';
  const old = age(performance.now() - heardAt, i18n.language);
  const quick =
    good && latency !== undefined ? ` · ${t('line.latency', { ms: Math.round(latency) })}` : '';
  return (
    <Tooltip title={`${t(`line.${line}`)}${quick} · ${t('line.age', { age: old })}`}>
      <span className="lamp" data-line={line} role="status" aria-label={t(`line.${line}`)}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          {good ? <circle cx="6" cy="6" r="5" /> : <path d="m2 2 8 8m0-8-8 8" />}
        </svg>
        <span className="digits" aria-hidden="true">
          {good
            ? latency === undefined
              ? ''
              : `${t('line.latency', { ms: Math.round(latency) })} · `
            : ''}
          {t('common.seconds', { n: old })}
        </span>
      </span>
    </Tooltip>
  );
}
