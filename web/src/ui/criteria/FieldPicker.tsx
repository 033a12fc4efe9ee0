import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleField } from '../../api/automation';
import { CodedOption } from '../CodedOption';
import { fieldTitle } from '../decision/fields';
import { useConditions } from './Conditions';

/** What linked cards have is asked of cards, and only there. */
const GROUPS: RuleField['group'][] = ['event', 'customer', 'prediction', 'time', 'ref', 'meta'];
const OF_CARDS: RuleField['group'][] = ['cards'];

/** Every field that may be read here, by group, found by title or path. */
export function FieldPicker({ value, onChange }: { value: string; onChange(path: string): void }) {
  const { t } = useTranslation();
  const { fields, cards, mayWrite, waits } = useConditions();
  const option = (field: RuleField) => {
    const title = fieldTitle(field, field.path);
    return { value: field.path, label: title, search: `${title} ${field.path}` };
  };
  const options = (cards ? OF_CARDS : GROUPS)
    .map((group) => ({
      label: t(`rules.builder.groups.${group}`),
      title: group,
      options: fields
        .filter(({ path, group: of }) => of === group && (!cards || path.startsWith(`${cards}.`)))
        .map(option),
    }))
    .filter((group) => group.options.length > 0);
  return (
    <Select
      className="condition-field"
      aria-label={t('rules.builder.field')}
      placeholder={t('rules.builder.pickField')}
      disabled={!mayWrite}
      value={value || null}
      popupMatchSelectWidth={380}
      showSearch={{ optionFilterProp: 'search' }}
      options={options}
      notFoundContent={fields.length > 0 ? t('common.emptySearch') : waits}
      optionRender={({ label, value: path }) => <CodedOption label={label} code={path} />}
      onChange={(path) => onChange(path)}
    />
  );
}
