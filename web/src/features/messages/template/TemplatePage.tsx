import { useQuery } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import {
  type Bodies,
  CLASSES,
  type MessageClass,
  type Template,
  type TemplateInput,
  templates,
} from '../../../api/messages';
import type { Problem } from '../../../api/problem';
import { useChange } from '../../../api/query';
import { useCan } from '../../../api/session';
import { readyText } from '../../../lib/i18n';
import '../../../ui/crud/crud.css';
import { useRefusal } from '../../../ui/crud/useRefusal';
import { NameFollows } from '../../../ui/NameFollows';
import { PageHead } from '../../../ui/PageHead';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { BodyEditor, type Part, type Place } from './BodyEditor';
import { PreviewPanel } from './PreviewPanel';

const NAME = /^[a-z][a-z0-9_]*$/;

interface Head {
  name: string;
  title: string;
  class: MessageClass;
}

/** Bodies as the server takes them: SMS has a text and nothing else, mail always has a subject. */
function sent(bodies: Bodies): Bodies {
  const sms = Object.entries(bodies.sms ?? {}).map(([code, body]) => [
    code,
    { text: body?.text ?? '' },
  ]);
  const email = Object.entries(bodies.email ?? {}).map(([code, body]) => [
    code,
    { subject: body?.subject ?? '', text: body?.text ?? '', html: body?.html || null },
  ]);
  return { sms: Object.fromEntries(sms), email: Object.fromEntries(email) };
}

interface Props {
  template: Template | undefined;
  place: Place;
  setPlace(place: Place): void;
}

function Editor({ template, place, setPlace }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [form] = Form.useForm<Head>();
  const [bodies, setBodies] = useState<Bodies>(template?.channels ?? {});
  const refusal = useRefusal(form);
  const head = Form.useWatch([], form);
  const may = useCan('template.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'template.write' });
  const input: TemplateInput = {
    name: head?.name ?? template?.name ?? '',
    title: head?.title ?? template?.title ?? '',
    class: head?.class ?? template?.class ?? 'functional',
    channels: sent(bodies),
  };
  const save = useChange(
    (values: TemplateInput) =>
      template ? templates.change(template.id, template.version, values) : templates.create(values),
    [templates.path],
  );
  const write = (next: Bodies, part: Part) => {
    refusal.changed({ channels: { [place.channel]: { [place.language]: { [part]: true } } } });
    setBodies(next);
  };
  const submit = async () => {
    refusal.forget();
    try {
      const saved = await save.mutateAsync(input);
      say.done(t('common.saved'));
      if (!template) void navigate(`/automation/messages/templates/${saved.id}`, { replace: true });
    } catch (error) {
      refusal.tell(error);
    }
  };
  return (
    <>
      <PageHead
        title={template ? readyText(template.title) || template.name : t('messages.tpl.new')}
      >
        <Link to="/automation/messages/templates">{t('messages.tpl.back')}</Link>
        <ReasonButton
          type="primary"
          reason={refused}
          loading={save.isPending}
          onClick={() => form.submit()}
        >
          {t('common.save')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={refusal.problem} />
      <div className="template">
        <section className="panel">
          <Form<Head>
            form={form}
            layout="vertical"
            requiredMark="optional"
            initialValues={{
              name: template?.name ?? '',
              title: template?.title ?? '',
              class: template?.class ?? 'functional',
            }}
            onFinish={() => void submit()}
            onValuesChange={refusal.changed}
          >
            <div className="pair">
              <Form.Item
                name="title"
                label={t('messages.tpl.title')}
                rules={[{ required: true, whitespace: true, message: t('common.required') }]}
              >
                <Input autoComplete="off" />
              </Form.Item>
              <Form.Item
                name="name"
                label={t('messages.tpl.name')}
                extra={t('messages.tpl.nameHint')}
                rules={[
                  { required: true, message: t('common.required') },
                  { pattern: NAME, message: t('messages.tpl.nameBad') },
                ]}
              >
                <Input autoComplete="off" spellCheck={false} />
              </Form.Item>
              {template ? null : <NameFollows to="name" joint="_" />}
            </div>
            <Form.Item
              name="class"
              label={t('messages.class')}
              extra={t(`messages.classHint.${input.class}`)}
              required
            >
              <Select
                options={CLASSES.map((value) => ({ value, label: t(`messages.classes.${value}`) }))}
              />
            </Form.Item>
            <button type="submit" hidden />
          </Form>
          <BodyEditor
            bodies={bodies}
            place={place}
            problem={refusal.problem}
            onPlace={setPlace}
            onChange={write}
          />
        </section>
        <PreviewPanel template={input.channels} channel={place.channel} language={place.language} />
      </div>
    </>
  );
}

/** One template: its words on the left, what the customer will read on the right. */
export default function TemplatePage() {
  const { i18n } = useTranslation();
  const { id = '' } = useParams();
  const fresh = id === 'new';
  const found = useQuery<Template, Problem>({
    queryKey: [templates.path, id],
    queryFn: () => templates.one(id),
    enabled: !fresh,
  });
  const [chosen, setPlace] = useState<Place>();
  const channels = found.data?.channels;
  const place = chosen ?? {
    channel: channels && !Object.keys(channels.sms ?? {}).length ? 'email' : 'sms',
    language: i18n.language as Place['language'],
  };
  const stays = { place, setPlace };
  if (fresh) return <Editor template={undefined} {...stays} />;
  // A saved change comes back with a new version, and the form begins from it.
  if (found.data)
    return (
      <Editor key={`${found.data.id}-${found.data.version}`} template={found.data} {...stays} />
    );
  return (
    <div aria-busy={found.isPending}>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
    </div>
  );
}
