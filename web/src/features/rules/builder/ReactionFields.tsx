import { Checkbox, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AccrueReaction, CallReaction, Reaction, TaskReaction } from '../../../api/automation';
import {
  useAttributeChoices,
  useConnectorChoices,
  useFlowChoices,
  useRoleChoices,
} from '../../../api/choices';
import { ExpressionInput } from '../../../ui/criteria/ExpressionInput';
import { Labelled } from './Block';
import { useBuilder } from './Builder';
import { ChoiceInput } from './ChoiceInput';
import { EventSelect } from './EventSelect';
import { MessageFields } from './MessageFields';
import { PairsInput } from './PairsInput';
import { PeriodInput } from './PeriodInput';

const DAY = 86_400;
export type Put = (field: string, value: unknown) => void;

function Attribute({ attribute, value, put }: { attribute: string; value: string; put: Put }) {
  const { t, i18n } = useTranslation();
  const { mayWrite } = useBuilder();
  return (
    <>
      <Labelled label={t('rules.builder.attribute')}>
        <ChoiceInput
          label={t('rules.builder.attribute')}
          value={attribute}
          choices={useAttributeChoices(i18n.language)}
          onChange={(next) => put('attribute', next)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.attributeValue')} grow>
        <ExpressionInput
          label={t('rules.builder.attributeValue')}
          disabled={!mayWrite}
          value={value}
          onChange={(text) => put('value', text)}
        />
      </Labelled>
    </>
  );
}

function StartFlow({
  flow,
  variables,
  put,
}: {
  flow: string;
  variables: Record<string, string>;
  put: Put;
}) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <Labelled label={t('rules.builder.flow')}>
        <ChoiceInput
          label={t('rules.builder.flow')}
          value={flow}
          choices={useFlowChoices(i18n.language)}
          onChange={(next) => put('flow', next)}
        />
      </Labelled>
      <PairsInput
        label={t('rules.builder.variables')}
        pairs={variables}
        onChange={(pairs) => put('variables', pairs)}
      />
    </>
  );
}

function Call({ reaction, put }: { reaction: CallReaction; put: Put }) {
  const { t } = useTranslation();
  const connectors = useConnectorChoices();
  const operations = connectors.find(({ value }) => value === reaction.connector)?.operations ?? [];
  return (
    <>
      <Labelled label={t('rules.builder.connector')}>
        <ChoiceInput
          label={t('rules.builder.connector')}
          value={reaction.connector}
          choices={connectors}
          onChange={(next) => put('connector', next)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.operation')}>
        <ChoiceInput
          label={t('rules.builder.operation')}
          value={reaction.operation}
          choices={operations.map((value) => ({ value, label: value }))}
          onChange={(next) => put('operation', next)}
        />
      </Labelled>
      <PairsInput
        label={t('rules.builder.input')}
        pairs={reaction.input}
        onChange={(pairs) => put('input', pairs)}
      />
    </>
  );
}

function Task({ reaction, put }: { reaction: TaskReaction; put: Put }) {
  const { t } = useTranslation();
  const { mayWrite } = useBuilder();
  const seconds = reaction.deadline_seconds;
  return (
    <>
      <Labelled label={t('rules.builder.taskTitle')} grow>
        <Input
          disabled={!mayWrite}
          maxLength={200}
          value={reaction.title}
          onChange={(event) => put('title', event.target.value)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.role')}>
        <ChoiceInput
          label={t('rules.builder.role')}
          value={reaction.role ?? ''}
          choices={useRoleChoices()}
          onChange={(next) => put('role', next)}
        />
      </Labelled>
      <span className="row reaction-deadline">
        <Checkbox
          disabled={!mayWrite}
          checked={Boolean(seconds)}
          onChange={(event) => put('deadline_seconds', event.target.checked ? DAY : null)}
        >
          {t('rules.builder.deadline')}
        </Checkbox>
        {seconds ? (
          <PeriodInput
            label={t('rules.builder.deadline')}
            seconds={seconds}
            onChange={(next) => put('deadline_seconds', next)}
          />
        ) : null}
      </span>
    </>
  );
}

function Accrue({ reaction, put }: { reaction: AccrueReaction; put: Put }) {
  const { t } = useTranslation();
  const { mayWrite } = useBuilder();
  return (
    <>
      <Labelled label={t('rules.builder.bonusType')}>
        <Input
          disabled={!mayWrite}
          value={reaction.bonus_type}
          onChange={(event) => put('bonus_type', event.target.value.trim())}
        />
      </Labelled>
      <Labelled label={t('rules.builder.points')} grow>
        <ExpressionInput
          label={t('rules.builder.points')}
          disabled={!mayWrite}
          value={reaction.amount}
          onChange={(text) => put('amount', text)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.pointsValid')}>
        <InputNumber
          min={1}
          max={3650}
          precision={0}
          disabled={!mayWrite}
          value={reaction.validity_days ?? null}
          onChange={(days) => put('validity_days', days)}
        />
      </Labelled>
    </>
  );
}

/** The fields of a reaction by its kind. */
export function ReactionFields({ reaction, put }: { reaction: Reaction; put: Put }) {
  const { t } = useTranslation();
  switch (reaction.kind) {
    case 'message':
      return <MessageFields reaction={reaction} put={put} />;
    case 'emit':
      return (
        <>
          <Labelled label={t('rules.builder.event')}>
            <EventSelect
              label={t('rules.builder.event')}
              value={reaction.event}
              onChange={(event) => put('event', event)}
            />
          </Labelled>
          <PairsInput
            label={t('rules.builder.emitData')}
            pairs={reaction.data}
            onChange={(pairs) => put('data', pairs)}
          />
        </>
      );
    case 'set_attribute':
      return <Attribute attribute={reaction.attribute} value={reaction.value} put={put} />;
    case 'start_flow':
      return <StartFlow flow={reaction.flow} variables={reaction.variables} put={put} />;
    case 'call':
      return <Call reaction={reaction} put={put} />;
    case 'accrue':
      return <Accrue reaction={reaction} put={put} />;
    case 'task':
      return <Task reaction={reaction} put={put} />;
  }
}
