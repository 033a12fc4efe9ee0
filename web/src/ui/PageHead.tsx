import type { ReactNode } from 'react';
import { useTitle } from '../lib/title';

export function PageHead({
  title,
  note,
  children,
}: {
  title: string;
  note?: string;
  children?: ReactNode;
}) {
  useTitle(title);
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {note ? <p>{note}</p> : null}
      </div>
      <div className="page-actions">{children}</div>
    </header>
  );
}
