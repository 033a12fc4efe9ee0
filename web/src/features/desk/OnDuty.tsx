import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { useHost } from './host';
import { DutyContext } from './useDesk';

/** Draws its children once socket and phone exist in this tab. */
export function OnDuty({
  children,
  fallback = null,
}: {
  children: ReactNode;
  fallback?: ReactNode;
}) {
  const live = useHost((host) => host.live);
  const phone = useHost((host) => host.phone);
  const duty = useMemo(() => (live && phone ? { live, phone } : undefined), [live, phone]);
  if (!duty) return fallback;
  return <DutyContext value={duty}>{children}</DutyContext>;
}
