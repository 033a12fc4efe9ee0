import { EyeOutlined } from '@ant-design/icons';
import { Button, Popover, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { MessageReaction } from '../../../api/automation';
import { type Preview, previewTemplate, useTemplateChoices } from '../../../api/choices';
import { asProblem } from '../../../api/problem';
import { useCan } from '../../../api/session';
import { problemText } from '../../../ui/ProblemNote';
import { Labelled } from './Block';
import { useBuilder } from './Builder';
import { ChoiceInput } from './ChoiceInput';
import type { Put } from './ReactionFields';

type Channel = MessageReaction['channel'];

/** The template as a customer would read it, with the values of the newest test event where there is one. */
function PreviewButton({ reaction }: { reaction: MessageReaction }) {
  const { t, i18n } = useTranslation();
  const { document } = useBuilder();
  const [found, setFound] = useState<{ preview?: Preview; error?: string }>({});
  const load = async () => {
    const test = document.tests?.at(-1);
    await previewTemplate({
      template: reaction.template,
      channel: reaction.channel === 'email' ? 'email' : 'sms',
      language: i18n.language,
      fields: { event: test?.event ?? {}, customer: test?.customer ?? {} },
    }).then(
      (preview) => setFound({ preview }),
      (error: unknown) => setFound({ error: problemText(asProblem(error), t) }),
    );
  };
  const { preview, error } = found;
  const content = (
    <div className="message-preview">
      {preview?.subject ? <b>{preview.subject}</b> : null}
      <p>{preview?.text ?? error ?? t('common.loading')}</p>
      {preview && preview.missing.length > 0 ? (
        <p className="fault">
          {t('rules.builder.previewMissing', { fields: preview.missing.join(', ') })}
        </p>
      ) : null}
      {preview?.segments ? (
        <p className="dim">
          {t('rules.builder.segments', {
            n: preview.segments,
            characters: preview.characters ?? 0,
          })}
        </p>
      ) : null}
    </div>
  );
  return (
    <Popover trigger="click" content={content} onOpenChange={(open) => open && void load()}>
      <Button icon={<EyeOutlined aria-hidden />} disabled={!reaction.template}>
        {t('rules.builder.preview')}
      </Button>
    </Popover>
  );
}

/** Which message goes to the customer, and how. */
export function MessageFields({ reaction, put }: { reaction: MessageReaction; put: Put }) {
  const { t, i18n } = useTranslation();
  const { mayWrite } = useBuilder();
  const mayMake = useCan('template.write');
  return (
    <>
      <Labelled label={t('rules.builder.template')}>
        <ChoiceInput
          label={t('rules.builder.template')}
          value={reaction.template}
          choices={useTemplateChoices(i18n.language)}
          onChange={(template) => put('template', template)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.channel')}>
        <Select<Channel>
          aria-label={t('rules.builder.channel')}
          disabled={!mayWrite}
          style={{ width: 250 }}
          value={reaction.channel}
          options={(['preferred', 'sms', 'email'] as const).map((value) => ({
            value,
            label: t(`rules.builder.channels.${value}`),
          }))}
          onChange={(channel) => put('channel', channel)}
        />
      </Labelled>
      <Labelled label={t('rules.builder.classOf')}>
        <Select<MessageReaction['class']>
          aria-label={t('rules.builder.classOf')}
          disabled={!mayWrite}
          style={{ width: 150 }}
          value={reaction.class}
          options={(['functional', 'marketing'] as const).map((value) => ({
            value,
            label: t(`rules.builder.classes.${value}`),
          }))}
          onChange={(value) => put('class', value)}
        />
      </Labelled>
      <PreviewButton reaction={reaction} />
      {mayMake ? (
        <Link className="new-template" to="/automation/messages/templates/new" target="_blank">
          {t('messages.tpl.new')}
        </Link>
      ) : null}
    </>
  );
}
