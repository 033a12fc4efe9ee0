import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tryConnector } from '../../api/flows';
import type { Connector } from '../../api/work-types';
import { dateTime } from '../../lib/format';
import { focusFirst } from '../../ui/focusFirst';
import { ProblemNote } from '../../ui/ProblemNote';

/** Asks the system once, now, and shows what it answered. */
export function TryConnector({ connector, onClose }: { connector: Connector; onClose(): void }) {
  const { t, i18n } = useTranslation();
  const [operation, setOperation] = useState(connector.operations[0]?.key);
  const [input, setInput] = useState('{}');
  const ask = useMutation({
    mutationFn: () => tryConnector(connector.id, operation ?? '', JSON.parse(input || '{}')),
  });
  const answer = ask.data;
  return (
    <Modal
      open
      afterOpenChange={focusFirst}
      title={connector.name}
      footer={null}
      onCancel={onClose}
      width={620}
    >
      <Form layout="vertical">
        <Form.Item label={t('flows.field.operation')} htmlFor="try-operation">
          <Select
            id="try-operation"
            value={operation ?? null}
            options={connector.operations.map(({ key, method, path }) => ({
              value: key,
              label: `${key} · ${method} ${path}`,
            }))}
            onChange={(next: string | null) => setOperation(next ?? undefined)}
          />
        </Form.Item>
        <Form.Item label={t('connectors.input')} htmlFor="try-input">
          <Input.TextArea
            id="try-input"
            className="code"
            spellCheck={false}
            autoSize={{ minRows: 2, maxRows: 10 }}
            value={input}
            onChange={(event) => setInput(event.target.value)}
          />
        </Form.Item>
        <Button
          type="primary"
          disabled={!operation}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
        >
          {t('connectors.ask')}
        </Button>
      </Form>
      <div style={{ marginTop: 12 }}>
        <ProblemNote error={ask.error} />
        {answer?.error ? <Alert type="error" title={answer.error} /> : null}
        {answer && !answer.error ? (
          <>
            <Alert
              type={answer.stale ? 'warning' : 'success'}
              title={t(answer.stale ? 'connectors.stale' : 'connectors.fresh', {
                at: dateTime(answer.as_of, i18n.language),
              })}
            />
            <pre className="code json-answer">{JSON.stringify(answer.data, null, 2)}</pre>
          </>
        ) : null}
      </div>
    </Modal>
  );
}
