import type { Fault } from '../../../api/flow-types';
import { useEditorStore } from './store';
import { useFlowWords } from './words';

/** Faults in words; one that belongs to a node leads there. */
export function FaultList({ faults, lead }: { faults: readonly Fault[]; lead?: boolean }) {
  const store = useEditorStore();
  const words = useFlowWords();
  if (faults.length === 0) return null;
  return (
    <ul className="fault-list">
      {faults.map((fault) => {
        const { node } = fault;
        return (
          <li
            key={`${fault.node}${fault.pointer}${fault.code}${fault.message}`}
            data-severity={fault.severity}
          >
            {lead && node ? (
              <button type="button" onClick={() => store.getState().show(node)}>
                {node}
              </button>
            ) : null}
            {words.fault(fault)}
          </li>
        );
      })}
    </ul>
  );
}
