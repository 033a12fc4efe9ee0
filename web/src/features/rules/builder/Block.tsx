import type { ReactNode } from 'react';

/** One step of the rule: a heading, and what belongs to it. */
export function Block({
  title,
  at,
  extra,
  children,
}: {
  title: string;
  at: string;
  extra?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="panel build-block" data-at={at} aria-label={title}>
      <header className="row">
        <h2>{title}</h2>
        <span className="grow" />
        {extra}
      </header>
      {children}
    </section>
  );
}

/** A control with its name above it and what the check says below it. */
export function Labelled({
  label,
  children,
  grow,
}: {
  label: string;
  children: ReactNode;
  grow?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label className={grow ? 'labelled grow' : 'labelled'}>
      <span>{label}</span>
      {children}
    </label>
  );
}
