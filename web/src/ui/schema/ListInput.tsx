import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  DeleteOutlined,
  PlusOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/flow-types';
import { join } from '../../lib/pointer';
import { beginning } from '../../lib/schema';
import { useHelp } from './context';
import { FieldFaults, SchemaControl } from './SchemaField';

/** Values in an order that matters: each can be moved, changed, taken away. */
export function ListInput({
  items,
  pointer,
  value,
  onChange,
}: {
  items: Schema;
  pointer: string;
  value: unknown;
  onChange(value: unknown): void;
}) {
  const { t } = useTranslation();
  const { root, readOnly } = useHelp();
  const list: unknown[] = Array.isArray(value) ? value : [];
  const move = (from: number, by: number) => {
    const next = [...list];
    const [one] = next.splice(from, 1);
    next.splice(from + by, 0, one);
    onChange(next);
  };
  return (
    <div className="schema-list">
      {list.map((one, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items of a document have no other name
        <div className="schema-item" key={n}>
          <div className="schema-item-value">
            <SchemaControl
              schema={items}
              pointer={pointer + join(n)}
              value={one}
              onChange={(next) => onChange(list.map((old, i) => (i === n ? (next ?? '') : old)))}
            />
            <FieldFaults pointer={pointer + join(n)} />
          </div>
          {readOnly ? null : (
            <div className="schema-item-tools">
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined aria-hidden />}
                disabled={n === 0}
                aria-label={t('schema.up', { n: n + 1 })}
                onClick={() => move(n, -1)}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined aria-hidden />}
                disabled={n === list.length - 1}
                aria-label={t('schema.down', { n: n + 1 })}
                onClick={() => move(n, 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t('schema.removeItem', { n: n + 1 })}
                onClick={() => onChange(list.filter((_, i) => i !== n))}
              />
            </div>
          )}
        </div>
      ))}
      {readOnly ? null : (
        <Button
          size="small"
          type="dashed"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => onChange([...list, beginning(items, root)])}
        >
          {t('schema.add')}
        </Button>
      )}
    </div>
  );
}
