import type { ReactNode } from 'react';

/** A page that cannot be shown: why, and where to go on. Small, because it stands in the first load. */
export function Stop({
  title,
  text,
  children,
}: {
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="stop" role="alert">
      <h1>{title}</h1>
      {text ? <p>{text}</p> : null}
      {children}
    </div>
  );
}
