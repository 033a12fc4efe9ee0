import { useTranslation } from 'react-i18next';
import type { Fault } from '../../../api/automation';
import { FaultLine } from '../../../ui/criteria/FaultNotes';
import { byWeight } from '../../../ui/criteria/faults';

/** Everything the check finds, in one place, with a way to the field. */
export function FaultList({ faults, errors }: { faults: Fault[]; errors: number }) {
  const { t } = useTranslation();
  const go = (pointer: string) => {
    // The nearest place on screen that the pointer leads into.
    for (let at = pointer; at; at = at.slice(0, at.lastIndexOf('/'))) {
      const place = document.querySelector(`[data-at="${CSS.escape(at)}"]`);
      if (!place) continue;
      place.scrollIntoView({ block: 'center' });
      place.querySelector<HTMLElement>('input, textarea, button')?.focus();
      return;
    }
  };
  return (
    <section className="panel side-block" aria-labelledby="rule-faults">
      <h2 id="rule-faults">
        {errors > 0
          ? t('rules.faultsCount', { n: errors })
          : t('rules.remarksCount', { n: faults.length })}
      </h2>
      {byWeight(faults).map((fault) => (
        <button
          type="button"
          className="fault-go"
          key={`${fault.code}${fault.pointer}${fault.message}`}
          onClick={() => go(fault.pointer)}
        >
          <FaultLine fault={fault} />
        </button>
      ))}
    </section>
  );
}
