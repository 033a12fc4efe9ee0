import type { TFunction } from 'i18next';
import type { ContactDetail, WrapUp } from '../../api/contract';
import { formErrors, type Problem } from '../../api/problem';
import type { WrapUpValues } from '../../ui/WrapUpFields';

/** What the form begins with. A topic or result that is no longer in use has to be chosen anew. */
export function valuesOf(contact: ContactDetail): WrapUpValues {
  return {
    ...(contact.topic ? { topic_id: contact.topic.id } : {}),
    ...(contact.result ? { result_id: contact.result.id } : {}),
    note: contact.note,
  };
}

export function correctionOf(values: WrapUpValues): WrapUp {
  return {
    topic_id: values.topic_id ?? null,
    result_id: values.result_id ?? null,
    note: values.note ?? '',
  };
}

const REFUSALS = {
  topic_id: 'contacts.correction.topicGone',
  result_id: 'contacts.correction.resultGone',
  note: 'contacts.correction.noteTooLong',
} as const;

type Field = keyof typeof REFUSALS;

/** The refusals of the server on their fields: each field can be refused for one reason only. */
export function correctionErrors(problem: Problem, t: TFunction) {
  return formErrors(problem).flatMap(({ name: [first] }) => {
    const field = (Object.keys(REFUSALS) as Field[]).find((known) => known === first);
    return field ? [{ name: field, errors: [t(REFUSALS[field])] }] : [];
  });
}
