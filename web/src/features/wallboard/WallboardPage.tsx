import { FullscreenOutlined } from '@ant-design/icons';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { useStore } from 'zustand';
import type { Board } from '../../api/frames';
import type { Live } from '../../api/live';
import { useSession } from '../../api/session';
import { skew } from '../../api/skew';
import { useSocket } from '../../api/useSocket';
import { clock } from '../../lib/format';
import { useTick } from '../../lib/time';
import { Tiles } from './Tiles';
import { siteOffset } from './thresholds';
import { useTitle } from '../../lib/title';
import './wallboard.css';

const SHIFT_EVERY_MS = 10 * 60_000;
const SHIFTS = ['0, 0', '3px, 2px', '-2px, 3px', '2px, -3px', '-3px, -2px'] as const;

/** Keeps the television awake where the browser can. An effect, because the lock is the browser's. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const hold = () => {
      if (document.visibilityState !== 'visible') return;
      void navigator.wakeLock?.request('screen').then(
        (got) => {
          lock = got;
        },
        () => undefined,
      );
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      document.removeEventListener('visibilitychange', hold);
      void lock?.release();
    };
  }, []);
}

function Clock({ board }: { board: Board | undefined }) {
  useTick(1000);
  const now = skew.now();
  const text = board ? clock(now + siteOffset(board.day_started_at) * 60_000, 'UTC') : clock(now);
  return <time className="digits">{text}</time>;
}

function Wall({ live }: { live: Live }) {
  const { t } = useTranslation();
  useTick(250);
  const line = useStore(live.use, (state) => state.line);
  const attempt = useStore(live.use, (state) => state.attempt);
  const heardAt = useStore(live.use, (state) => state.heardAt);
  const board = useStore(live.use, (state) => state.topics.board?.data as Board | undefined);
  const stale = line !== 'open';
  const shift = SHIFTS[Math.floor(performance.now() / SHIFT_EVERY_MS) % SHIFTS.length];
  const lost = stale && (board !== undefined || attempt > 0);
  return (
    <main className="wall" data-stale={stale} style={{ transform: `translate(${shift})` }}>
      <header>
        <h1>{t('board.title')}</h1>
        <span role="status" aria-live="assertive" className="wall-lost">
          {lost ? `✕ ${t('board.lost')}` : ''}
        </span>
        <button
          type="button"
          className="wall-full"
          aria-label={t('board.fullScreen')}
          title={t('board.fullScreen')}
          onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}
        >
          <FullscreenOutlined />
        </button>
        <Clock board={board} />
      </header>
      {board ? (
        <Tiles board={board} age={performance.now() - heardAt} stale={stale} />
      ) : (
        <p className="wall-wait">{attempt >= 3 ? t('board.refused') : t('common.loading')}</p>
      )}
    </main>
  );
}

function Connected({ path }: { path: string }) {
  const live = useSocket(path, 'board');
  useAwake();
  return live ? <Wall live={live} /> : <main className="wall" aria-busy="true" />;
}

function WithSession() {
  const session = useSession();
  if (session.isPending) return <main className="wall" aria-busy="true" />;
  if (session.data === null)
    return <Navigate to="/sign-in" state={{ from: '/wallboard' }} replace />;
  return <Connected path="/ws/wallboard" />;
}

/** A television has a read-only token in its address and never a person's session. */
export default function WallboardPage() {
  const { t } = useTranslation();
  useTitle(t('nav.wallboard'));
  const [params] = useSearchParams();
  const token = params.get('token');
  return token ? (
    <Connected path={`/ws/wallboard?token=${encodeURIComponent(token)}`} />
  ) : (
    <WithSession />
  );
}
