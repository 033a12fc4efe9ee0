import type { FormInstance } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, formErrors, type Problem } from '../../api/problem';
import { serverWords } from '../serverWords';
import { isChanged, type Name, placed, withoutChanged } from './refusal';

/**
 * What the server said of a form: at its fields, and above them. It is said of what was sent, so it goes away from a
 * field as soon as that is changed. `nameOf` is for forms whose fields stand elsewhere than in the request.
 */
export function useRefusal<T>(
  form: FormInstance<T>,
  nameOf: (name: Name) => Name = (name) => name,
) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem>();
  type Fields = Parameters<typeof form.setFields>[0];
  const put = (fields: { name: Name; errors: string[] }[]) => form.setFields(fields as Fields);
  const names = () => form.getFieldsError().map(({ name }) => name as Name);
  return {
    problem,
    forget: () => setProblem(undefined),
    tell: (error: unknown) => {
      const found = asProblem(error);
      const said = formErrors(found).map(({ name, errors }) => ({
        name: nameOf(name),
        errors: errors.map((text) => serverWords(text, t)),
      }));
      put(placed(said, names()));
      setProblem(found);
    },
    /** For the form's `onValuesChange`. */
    changed: (change: unknown) => {
      const wrong = form.getFieldsError().filter(({ errors }) => errors.length > 0);
      const open = wrong.map(({ name }) => name as Name).filter((name) => isChanged(name, change));
      if (open.length > 0) put(open.map((name) => ({ name, errors: [] })));
      setProblem((now) => withoutChanged(now, (name) => isChanged(nameOf(name), change)));
    },
  };
}
