import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/flow-types';
import { join } from '../../lib/pointer';
import { beginning, namesNode, resolve } from '../../lib/schema';
import { useHelp } from './context';
import { FieldFaults, SchemaControl } from './SchemaField';

/** Names with a value each; a name is taken over when the field is left. */
export function MapInput({
  each,
  pointer,
  value,
  onChange,
}: {
  each: Schema;
  pointer: string;
  value: unknown;
  onChange(value: unknown): void;
}) {
  const { t } = useTranslation();
  const { root, readOnly } = useHelp();
  const [fresh, setFresh] = useState('');
  const map = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const entries = Object.entries(map);
  const rename = (from: string, to: string) => {
    if (to === '' || to === from || to in map) return;
    onChange(Object.fromEntries(entries.map(([key, one]) => [key === from ? to : key, one])));
  };
  const add = () => {
    if (fresh === '' || fresh in map) return;
    const first = namesNode(resolve(each, root)) ? '' : beginning(each, root);
    onChange({ ...map, [fresh]: first });
    setFresh('');
  };
  return (
    <div className="schema-map">
      {entries.map(([key, one]) => (
        <div className="schema-pair" key={key}>
          <Input
            className="schema-key"
            aria-label={t('schema.key')}
            defaultValue={key}
            disabled={readOnly}
            onBlur={(event) => rename(key, event.target.value.trim())}
            onPressEnter={(event) => rename(key, event.currentTarget.value.trim())}
          />
          <div className="schema-item-value">
            <SchemaControl
              schema={each}
              pointer={pointer + join(key)}
              value={one}
              onChange={(next) => onChange({ ...map, [key]: next ?? '' })}
            />
            <FieldFaults pointer={pointer + join(key)} />
          </div>
          {readOnly ? null : (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined aria-hidden />}
              aria-label={`${t('common.delete')}: ${key}`}
              onClick={() => {
                const { [key]: _, ...others } = map;
                onChange(others);
              }}
            />
          )}
        </div>
      ))}
      {readOnly ? null : (
        <div className="schema-pair">
          <Input
            className="schema-key"
            aria-label={t('schema.newKey')}
            placeholder={t('schema.newKey')}
            value={fresh}
            onChange={(event) => setFresh(event.target.value.trim())}
            onPressEnter={add}
          />
          <Button
            size="small"
            type="dashed"
            icon={<PlusOutlined aria-hidden />}
            disabled={fresh === '' || fresh in map}
            onClick={add}
          >
            {t('schema.add')}
          </Button>
        </div>
      )}
    </div>
  );
}
