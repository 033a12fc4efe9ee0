import { DatePicker, Form, Input, InputNumber, Radio, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Question } from '../api/work-types';

/** A list this short is shown whole, a longer one folded. */
const SHOWN_CHOICES_MAX = 6;
/** Days are written the same in every language of the interface. */
const DAY = 'YYYY-MM-DD';

function Control({ question, ...rest }: { question: Question; id?: string }) {
  const { t } = useTranslation();
  const options = (question.choices ?? []).map(({ value, title }) => ({ value, label: title }));
  switch (question.type) {
    case 'long_text':
      return <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} {...rest} />;
    case 'number':
      return <InputNumber style={{ width: '100%' }} {...rest} />;
    case 'boolean':
      return (
        <Radio.Group
          {...rest}
          options={[
            { value: true, label: t('common.yes') },
            { value: false, label: t('common.no') },
          ]}
        />
      );
    case 'date':
      return <DatePicker style={{ width: '100%' }} format={DAY} {...rest} />;
    case 'choice':
      return options.length > SHOWN_CHOICES_MAX ? (
        <Select options={options} showSearch={{ optionFilterProp: 'label' }} {...rest} />
      ) : (
        <Radio.Group className="question-choices" options={options} {...rest} />
      );
    case 'choices':
      return <Select mode="multiple" options={options} {...rest} />;
    case 'phone':
      return <Input type="tel" autoComplete="off" {...rest} />;
    default:
      return <Input autoComplete="off" {...rest} />;
  }
}

/** Questions of a script or a task as fields of the antd form around them. */
export function QuestionFields({ questions }: { questions: readonly Question[] }) {
  const { t } = useTranslation();
  return questions.map((question) => (
    <Form.Item
      key={question.key}
      name={question.key}
      label={question.label}
      rules={question.required ? [{ required: true, message: t('common.required') }] : []}
      {...(question.type === 'date'
        ? {
            getValueProps: (value?: string) => ({ value: value ? dayjs(value) : null }),
            normalize: (value: dayjs.Dayjs | null) => value?.format(DAY) ?? null,
          }
        : {})}
    >
      <Control question={question} />
    </Form.Item>
  ));
}

/** What stands in the questions before anybody answers. */
export function firstValues(questions: readonly Question[]): Record<string, unknown> {
  return Object.fromEntries(
    questions
      .filter((question) => question.value !== undefined && question.value !== null)
      .map((question) => [question.key, question.value]),
  );
}
