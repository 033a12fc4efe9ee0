import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { ExpressionInput } from '../../../ui/criteria/ExpressionInput';
import { freeKey } from '../../../ui/decision/document';
import { useBuilder } from './Builder';

/** Names with an expression each: the fields of an event, the variables of a flow. */
export function PairsInput({
  label,
  pairs,
  onChange,
}: {
  label: string;
  pairs: Record<string, string>;
  onChange(pairs: Record<string, string>): void;
}) {
  const { t } = useTranslation();
  const { mayWrite } = useBuilder();
  const entries = Object.entries(pairs);
  const put = (index: number, name: string, expression: string) =>
    onChange(
      Object.fromEntries(entries.map((entry, at) => (at === index ? [name, expression] : entry))),
    );
  return (
    <fieldset className="pairs">
      <legend>{label}</legend>
      {entries.map(([name, expression], index) => (
        // The name is what is edited, so the place tells one pair from another.
        // biome-ignore lint/suspicious/noArrayIndexKey: pairs have no other identity
        <div className="row pair-row" key={index}>
          <Input
            className="pair-name"
            aria-label={t('rules.builder.name')}
            disabled={!mayWrite}
            value={name}
            onChange={(event) => put(index, event.target.value, expression)}
          />
          <span>=</span>
          <ExpressionInput
            label={`${t('rules.builder.expressionOf')}: ${name}`}
            disabled={!mayWrite}
            value={expression}
            onChange={(text) => put(index, name, text)}
          />
          <Button
            type="text"
            icon={<CloseOutlined aria-hidden />}
            disabled={!mayWrite}
            aria-label={t('rules.builder.removePair')}
            onClick={() => onChange(Object.fromEntries(entries.filter((_, at) => at !== index)))}
          />
        </div>
      ))}
      <Button
        type="dashed"
        size="small"
        icon={<PlusOutlined aria-hidden />}
        disabled={!mayWrite}
        onClick={() => onChange({ ...pairs, [freeKey('field', Object.keys(pairs))]: '' })}
      >
        {t('rules.builder.addPair')}
      </Button>
    </fieldset>
  );
}
