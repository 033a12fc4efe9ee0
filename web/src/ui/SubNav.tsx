import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import './subnav.css';

export interface SubNavItem {
  to: string;
  label: ReactNode;
  /** Only this address itself is the item, not what lies below it. */
  end?: boolean;
}

/** A row of links under the bar: the pages of one place. */
export function SubNav({ label, items }: { label: string; items: SubNavItem[] }) {
  return (
    <nav className="subnav" aria-label={label}>
      {items.map(({ to, label: text, end }) => (
        <NavLink key={to} to={to} {...(end ? { end } : {})}>
          {text}
        </NavLink>
      ))}
    </nav>
  );
}
