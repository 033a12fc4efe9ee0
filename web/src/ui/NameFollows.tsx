import { Form } from 'antd';
import { useEffect, useRef } from 'react';
import { slug } from '../lib/slug';

/** The field `to` is filled with a short name of the title, in whatever language, until somebody writes one there. */
export function NameFollows({
  from = 'title',
  to,
  joint,
}: {
  from?: string;
  to: string;
  joint: '-' | '_';
}) {
  const form = Form.useFormInstance();
  const title: unknown = Form.useWatch(from, form);
  const words = typeof title === 'object' && title ? Object.values(title) : [title];
  const first = words.find((one) => typeof one === 'string' && one.trim() !== '');
  const made = useRef<string>(undefined);
  // An effect, because what a form holds is changed by its own means, after it has changed.
  useEffect(() => {
    const now: unknown = form.getFieldValue(to);
    if (typeof first !== 'string' || (now && now !== made.current)) return;
    made.current = slug(first, joint);
    form.setFieldValue(to, made.current);
  }, [first, form, to, joint]);
  return null;
}
