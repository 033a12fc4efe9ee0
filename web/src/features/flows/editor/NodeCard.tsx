import { WarningFilled } from '@ant-design/icons';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { Tooltip } from 'antd';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Counters, Fault, NodeBody } from '../../../api/flow-types';
import type { Slot } from '../model/graph';
import { NodeIcon } from './NodeIcon';
import { summary, useFlowWords } from './words';

export interface CardData extends Record<string, unknown> {
  body: NodeBody;
  group: string;
  slots: Slot[];
  start: boolean;
  faults: Fault[];
  /** How a trial went: through it, or it stands here. */
  walk: 'no' | 'walked' | 'here';
  counts: Counters['nodes'][string] | undefined;
  /** How it differs from another version. */
  mark: 'added' | 'removed' | 'changed' | undefined;
}

export type CardNode = Node<CardData, 'card'>;

function Flags({ data }: { data: CardData }) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const told = data.faults.map(words.fault);
  const worst = data.faults.some((fault) => fault.severity === 'error') ? 'error' : 'warning';
  return (
    <>
      {data.mark ? <span className="node-mark">{t(`flows.mark.${data.mark}`)}</span> : null}
      {data.start ? <span className="node-start">{t('flows.start')}</span> : null}
      {data.faults.length > 0 ? (
        <Tooltip title={told.join('\n')}>
          <span className="node-faults" data-severity={worst}>
            <WarningFilled />
            <span className="sr-only">{told.join('. ')}</span>
          </span>
        </Tooltip>
      ) : null}
    </>
  );
}

function Counts({ counts }: { counts: Counters['nodes'][string] }) {
  const { t } = useTranslation();
  return (
    <div className="node-counts digits">
      <span title={t('flows.counts.entered')}>→ {counts.entered}</span>
      {counts.waiting ? (
        <span className="node-waiting" title={t('flows.counts.waiting')}>
          ◷ {counts.waiting}
        </span>
      ) : null}
      {counts.failed ? (
        <span className="fault" title={t('flows.counts.failed')}>
          ✕ {counts.failed}
        </span>
      ) : null}
    </div>
  );
}

/** A node as it is drawn: what it is, what it is about, and a handle for each way out. */
export const NodeCard = memo(function NodeCard({ id, data, selected }: NodeProps<CardNode>) {
  const words = useFlowWords();
  const about = summary(data.body);
  return (
    <div
      className="flow-node"
      data-group={data.group}
      data-selected={selected}
      data-walk={data.walk}
      data-mark={data.mark}
      data-node={id}
    >
      <Handle type="target" position={Position.Left} />
      <header>
        <NodeIcon type={data.body.type} />
        <strong>{id}</strong>
        <Flags data={data} />
      </header>
      <p className="dim">
        {words.type(data.body.type)}
        {about ? ` · ${about}` : ''}
      </p>
      <ul>
        {data.slots.map(({ pointer }) => (
          <li key={pointer}>
            <span title={words.slot(data.body, pointer)}>{words.slot(data.body, pointer)}</span>
            <Handle type="source" position={Position.Right} id={pointer} />
          </li>
        ))}
      </ul>
      {data.counts ? <Counts counts={data.counts} /> : null}
    </div>
  );
});
