import type { ReactNode } from 'react';

/** What an empty place says: what belongs here and how it comes. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <svg width="40" height="28" viewBox="0 0 40 28" aria-hidden="true">
        <path d="M8 3h24l6 11v9a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3v-9zM2 14h11l2 5h10l2-5h11" />
      </svg>
      <p>{text}</p>
      {children}
    </div>
  );
}
