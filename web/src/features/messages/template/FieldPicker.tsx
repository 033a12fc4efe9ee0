import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Field, ruleFields } from '../../../api/messages';
import type { Problem } from '../../../api/problem';
import { useAttributes } from '../../../api/records';
import { localText } from '../../../lib/format';
import { matches } from '../../../lib/search';

const GROUPS = ['customer', 'event', 'time', 'ref', 'meta'] as const;

/** What a template can name: the server's catalogue, or at least the customer's attributes. */
function useFields(event: string | undefined): (Field & { title: string })[] {
  const { t, i18n } = useTranslation();
  const attributes = useAttributes('customer');
  const catalogue = useQuery<Field[], Problem>({
    queryKey: ['/rule-fields', event ?? ''],
    queryFn: () => ruleFields(event ? { event } : {}),
  });
  if (catalogue.data)
    return catalogue.data.map((field) => ({
      ...field,
      title: typeof field.title === 'string' ? field.title : localText(field.title, i18n.language),
    }));
  return [
    { path: 'customer.name', title: t('common.name'), type: 'text', group: 'customer' },
    ...attributes.map((attribute) => ({
      path: `customer.${attribute.key}`,
      title: localText(attribute.title, i18n.language),
      type: attribute.type,
      group: 'customer',
    })),
  ];
}

/** Puts a placeholder into the text: found by name, by group. */
export function FieldPicker({
  event,
  onPick,
}: {
  event: string | undefined;
  onPick(path: string): void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [q, setQ] = useState('');
  const fields = useFields(event);
  const shown = fields.filter((field) => !q || matches(`${field.title} ${field.path}`, q));
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <div className="pick-field">
          <Input
            autoFocus
            allowClear
            aria-label={t('common.search')}
            placeholder={t('common.search')}
            value={q}
            onChange={({ target }) => setQ(target.value)}
          />
          {GROUPS.map((group) => {
            const items = shown.filter((field) => field.group === group);
            if (items.length === 0) return null;
            return (
              <section key={group}>
                <h3>{t(`messages.tpl.group.${group}`)}</h3>
                {items.map((field) => (
                  <button
                    type="button"
                    key={field.path}
                    onClick={() => {
                      setOpen(false);
                      onPick(field.path);
                    }}
                  >
                    <span>{field.title}</span>
                    <code className="dim">{field.path}</code>
                  </button>
                ))}
              </section>
            );
          })}
          {shown.length === 0 ? <p className="dim">{t('common.emptySearch')}</p> : null}
        </div>
      }
    >
      <Button size="small" icon={<PlusOutlined />}>
        {t('messages.tpl.insert')}
      </Button>
    </Popover>
  );
}
