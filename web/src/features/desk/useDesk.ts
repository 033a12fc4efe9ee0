import { createContext, useCallback, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Desk } from '../../api/frames';
import type { Live, LiveState } from '../../api/live';
import { useSay } from '../../ui/say';
import type { Phone, PhoneState } from './phone/phone';

export interface Duty {
  live: Live;
  phone: Phone;
}

/** Given by `OnDuty`: below it the socket and the phone exist. */
export const DutyContext = createContext<Duty | undefined>(undefined);

export function useDuty(): Duty {
  const duty = useContext(DutyContext);
  if (!duty) throw new Error('only inside OnDuty');
  return duty;
}

export function useLive<T>(pick: (state: LiveState) => T): T {
  return useStore(useDuty().live.use, pick);
}

export function usePhone<T>(pick: (state: PhoneState) => T): T {
  return useStore(useDuty().phone.use, pick);
}

/** The desk as the server last said it; `undefined` before the first word. */
export function useDesk(): Desk | undefined {
  return useLive((state) => state.topics.desk?.data as Desk | undefined);
}

/** A command to the server: pending until it answers, its refusal as a short word. */
export function useCommand() {
  const { failed } = useSay();
  const { live } = useDuty();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `failed` only changes with the language
  return useCallback(
    async (name: string, args: Record<string, unknown> = {}): Promise<boolean> => {
      try {
        await live.command(name, args);
        return true;
      } catch (error) {
        failed(error);
        return false;
      }
    },
    [live],
  );
}

export function usePending(name: string): boolean {
  return useLive((state) => state.pending.includes(name));
}

/** Why nothing can be done now: the line is not good. */
export function useLineReason(): string | undefined {
  const { t } = useTranslation();
  const line = useLive((state) => state.line);
  return line === 'open' ? undefined : t(`line.${line}`);
}
