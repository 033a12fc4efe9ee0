import { ConnectionLamp } from './ConnectionLamp';
import { PhoneButton } from './PhoneButton';
import { PresenceButton } from './PresenceButton';
import { useDesk } from './useDesk';

/** The operator's part of the top bar: presence, phone, line. It is there on every page. */
export function DeskBar() {
  const desk = useDesk();
  return (
    <>
      {desk ? <PresenceButton desk={desk} /> : null}
      <PhoneButton />
      <ConnectionLamp />
    </>
  );
}
