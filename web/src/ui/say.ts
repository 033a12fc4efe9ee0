import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../api/problem';
import { problemText } from './ProblemNote';

/** Short words at the edge of the screen, for lone actions without a form. */
export function useSay() {
  const { message } = App.useApp();
  const { t } = useTranslation();
  return {
    done: (text: string) => void message.success(text),
    failed: (error: unknown) => void message.error(problemText(asProblem(error), t), 6),
  };
}
