import type { ReactNode } from 'react';

/** What an empty place says: what belongs here and how it comes. While it is not known to be empty it says nothing. */
export function EmptyState({
  text,
  waiting = false,
  children,
}: {
  text: string;
  waiting?: boolean;
  children?: ReactNode;
}) {
  if (waiting) return null;
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
