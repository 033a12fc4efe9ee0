import type { ReactNode } from 'react';

/** A short remark in a frame. Drawn here, because the desk's first load has no room for a larger one. */
export function Mark({ tone, children }: { tone?: 'warning'; children: ReactNode }) {
  return (
    <span className="tag" data-tone={tone}>
      {children}
    </span>
  );
}
