import { useTranslation } from 'react-i18next';
import type { Link } from '../../../api/messages';
import { dateTime } from '../../../lib/format';

const SHAPES = {
  good: <circle cx="8" cy="8" r="6.500" fill="currentColor" />,
  bad: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="2.200"
      strokeLinecap="round"
      d="m3 3 10 10M13 3 3 13"
    />
  ),
  off: <circle cx="8" cy="8" r="5.500" fill="none" stroke="currentColor" strokeWidth="2" />,
};

/** Whether messages can leave over a link now: a shape, a word, and since when. */
export function Lamp({ link }: { link: Link }) {
  const { t, i18n } = useTranslation();
  const { state } = link;
  const on = !link.enabled ? 'off' : state?.connected ? 'good' : 'bad';
  const word = { good: 'connected', bad: 'disconnected', off: 'off' } as const;
  return (
    <>
      <span className="lamp" data-on={on}>
        <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
          {SHAPES[on]}
        </svg>
        {t(`messages.link.${word[on]}`)}
      </span>
      {state?.since && on !== 'off' ? (
        <div className="dim">
          {t('messages.link.since', { at: dateTime(state.since, i18n.language) })}
        </div>
      ) : null}
      {state?.error && on === 'bad' ? <div className="dim link-error">{state.error}</div> : null}
    </>
  );
}
