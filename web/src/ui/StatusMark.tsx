import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import './status.css';

export type ShownState =
  | 'ready'
  | 'ringing'
  | 'on_contact'
  | 'held'
  | 'wrap_up'
  | 'not_ready'
  | 'not_responding'
  | 'disconnected'
  | 'syncing';

export const stateColour = (state: ShownState): string => `var(--st-${state.replaceAll('_', '-')})`;

/** A shape for every state, so that colour never says it alone (WCAG 1.4.1). */
const SHAPES: Record<ShownState, ReactNode> = {
  ready: <circle cx="8" cy="8" r="6.5" fill="currentColor" />,
  ringing: (
    <path
      fill="currentColor"
      d="M8 1a4.5 4.5 0 0 0-4.5 4.5V9L2 11.5h12L12.500 9V5.500A4.500 4.500 0 0 0 8 1Zm-2 12a2 2 0 0 0 4 0Z"
    />
  ),
  on_contact: (
    <path
      fill="currentColor"
      d="M3.600 1.300 6 1l1.500 3.700L5.700 6.200a8 8 0 0 0 4.100 4.100l1.500-1.800L15 10l-.3 2.400c-.2 1.500-1.300 2.400-2.700 2.300C6.300 14.200 1.800 9.700 1.300 4c-.1-1.400.8-2.500 2.300-2.700Z"
    />
  ),
  held: <path fill="currentColor" d="M2.500 1.500h4v13h-4zm7 0h4v13h-4z" />,
  wrap_up: (
    <path
      fill="currentColor"
      d="m11.300 1.300 3.400 3.400-9 9L1 15l1.300-4.700 9-9Zm-7.600 9.800-.8 2 2-.8-1.200-1.200Z"
    />
  ),
  not_ready: <rect x="2" y="2" width="12" height="12" rx="1" fill="currentColor" />,
  not_responding: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="1.800"
      strokeLinejoin="round"
      d="M8 1.500 15 14H1ZM8 6v4m0 1.300v1.200"
    />
  ),
  disconnected: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="1.700"
      strokeLinecap="round"
      d="M4.500 12.500h7a3 3 0 0 0 .4-6A4 4 0 0 0 4.300 6a3.300 3.300 0 0 0 .2 6.500ZM2 1.500l12 13"
    />
  ),
  syncing: <circle cx="8" cy="8" r="5.500" fill="none" stroke="currentColor" strokeWidth="2" />,
};

export function StatusShape({ state, size = 16 }: { state: ShownState; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      style={{ color: stateColour(state) }}
    >
      {SHAPES[state]}
    </svg>
  );
}

/** Shape, colour and word of a state. `detail` is the reason. */
export function StatusMark({
  state,
  detail,
  size,
}: {
  state: ShownState;
  detail?: string;
  size?: number;
}) {
  const { t } = useTranslation();
  return (
    <span className="mark" data-state={state}>
      <StatusShape state={state} {...(size ? { size } : {})} />
      <span>
        {t(`state.${state}`)}
        {detail ? `: ${detail}` : ''}
      </span>
    </span>
  );
}
