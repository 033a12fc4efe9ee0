import { useQuery } from '@tanstack/react-query';
import { Alert, Input, Segmented } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bodies, type Channel, type Preview, preview } from '../../../api/messages';
import type { Problem } from '../../../api/problem';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { RecordPicker } from '../../../ui/RecordPicker';

/** An example of the context, so that a preview is whole before anybody is chosen. */
const EXAMPLE_EVENT = '{ "amount": 50000 }';

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whose values fill the preview before a customer is chosen. */
const EXAMPLE_CUSTOMER = {
  name: 'Aziza Karimova',
  phone: '+998901234567',
  email: 'aziza@example.com',
};

function Counted({ shown }: { shown: Preview }) {
  const { t } = useTranslation();
  if (!shown.encoding) return null;
  return (
    <p className="dim preview-facts">
      {t('messages.tpl.characters', { n: shown.characters })}
      {' · '}
      {t('messages.tpl.segments', { n: shown.segments ?? 1 })}
      {' · '}
      {t(`messages.tpl.${shown.encoding}`)}
    </p>
  );
}

/** What the customer will read: with whose values, how long, in how many parts, and what is missing. */
export function PreviewPanel({
  template,
  channel,
  language,
}: {
  template: Bodies;
  channel: Channel;
  language: string;
}) {
  const { t } = useTranslation();
  const [customer, setCustomer] = useState<string>();
  const [event, setEvent] = useState(EXAMPLE_EVENT);
  const [look, setLook] = useState<'html' | 'text'>('html');
  const data = parsed(event);
  // Typing stays fluent; the picture follows.
  const later = useDeferredValue(template);
  const body = later[channel]?.[language];
  const shown = useQuery<Preview, Problem>({
    queryKey: ['/templates/preview', later, channel, language, customer, data],
    queryFn: ({ signal }) =>
      preview(
        {
          template: later,
          channel,
          language,
          fields: { customer: EXAMPLE_CUSTOMER, event: data ?? {} },
          ...(customer ? { customer_id: customer } : {}),
        },
        signal,
      ),
    enabled: Boolean(body?.text || body?.html) && data !== undefined,
    placeholderData: (before) => before,
    retry: false,
  });
  const result = body ? shown.data : undefined;
  return (
    <section className="panel" aria-label={t('messages.tpl.preview')}>
      <h2>{t('messages.tpl.preview')}</h2>
      <div className="row filters">
        <RecordPicker
          of="customer"
          label={t('messages.tpl.forCustomer')}
          value={customer}
          onChange={setCustomer}
          placeholder={t('messages.tpl.forCustomer')}
        />
      </div>
      <Input.TextArea
        aria-label={t('messages.tpl.eventData')}
        className="code"
        autoSize={{ minRows: 1, maxRows: 6 }}
        spellCheck={false}
        status={data ? '' : 'error'}
        title={data ? t('messages.tpl.eventData') : t('messages.tpl.badJson')}
        value={event}
        onChange={({ target }) => setEvent(target.value)}
      />
      <div className="preview-facts" />
      {body ? <ProblemNote error={shown.error} /> : null}
      {result && result.missing.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          title={t('messages.tpl.missing', { fields: result.missing.join(', ') })}
          style={{ marginBottom: 10 }}
        />
      ) : null}
      {result ? (
        <>
          {result.subject ? <h3>{result.subject}</h3> : null}
          {result.html ? (
            <Segmented
              size="small"
              className="preview-facts"
              value={look}
              onChange={setLook}
              options={(['html', 'text'] as const).map((value) => ({
                value,
                label: t(value === 'html' ? 'messages.tpl.asHtml' : 'messages.tpl.asText'),
              }))}
            />
          ) : null}
          {result.html && look === 'html' ? (
            // Nothing in the mail may run or reach this page: an empty sandbox.
            <iframe
              className="mail"
              title={t('messages.tpl.preview')}
              sandbox=""
              srcDoc={result.html}
            />
          ) : (
            <p className="bubble">{result.text}</p>
          )}
          <Counted shown={result} />
        </>
      ) : (
        <EmptyState text={t('messages.tpl.nothing')} />
      )}
    </section>
  );
}
