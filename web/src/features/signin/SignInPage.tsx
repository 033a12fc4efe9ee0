import { Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { asProblem, type Problem } from '../../api/problem';
import { signIn, useSession } from '../../api/session';
import { duration } from '../../lib/format';
import { adoptLanguage, LANGUAGES, type Language, switchLanguage } from '../../lib/i18n';
import { adoptTheme } from '../../lib/theme';
import { PasswordForm } from '../../ui/PasswordForm';
import { ProblemNote } from '../../ui/ProblemNote';
import { useTitle } from '../../lib/title';
import './signin.css';

interface Fields {
  login: string;
  password: string;
}

function SignInForm({ onExpired }: { onExpired(password: string): void }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async ({ login, password }: Fields) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const me = await signIn(login.trim(), password);
      adoptTheme(me.person.theme);
      await adoptLanguage(me.person.locale);
      if (me.must_change_password) onExpired(password);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Fields> layout="vertical" onFinish={submit} requiredMark={false}>
      {problem?.status === 423 && problem.retryAfter ? (
        <p role="alert" className="locked">
          {t('signin.lockedFor', { time: duration(problem.retryAfter) })}
        </p>
      ) : (
        <ProblemNote error={problem} />
      )}
      <Form.Item
        name="login"
        label={t('signin.login')}
        rules={[{ required: true, message: t('signin.needLogin') }]}
      >
        <Input
          autoFocus
          autoComplete="username"
          size="large"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('signin.password')}
        rules={[{ required: true, message: t('signin.needPassword') }]}
      >
        <Input.Password autoComplete="current-password" size="large" />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {t('signin.submit')}
      </Button>
    </Form>
  );
}

export default function SignInPage() {
  const { t, i18n } = useTranslation();
  useTitle(t('signin.submit'));
  const session = useSession();
  const from = (useLocation().state as { from?: string } | null)?.from;
  const [typed, setTyped] = useState<string>();
  if (session.data && !session.data.must_change_password) {
    return <Navigate to={from && from !== '/sign-in' ? from : '/'} replace />;
  }
  const mustChange = session.data?.must_change_password;
  return (
    <main className="signin">
      <section className="signin-card" aria-labelledby="signin-title">
        <div className="signin-brand">
          <img src="/icon.svg" alt="" width={40} height={40} />
          <span>{t('app')}</span>
        </div>
        <h1 id="signin-title">{mustChange ? t('signin.changeTitle') : t('signin.title')}</h1>
        {mustChange ? (
          <>
            <p className="dim">{t('signin.changeWhy')}</p>
            <PasswordForm
              onDone={() => void session.refetch()}
              {...(typed ? { current: typed } : {})}
            />
          </>
        ) : (
          <SignInForm onExpired={setTyped} />
        )}
        <Segmented<Language>
          className="signin-language"
          aria-label={t('nav.language')}
          value={i18n.language as Language}
          options={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
          onChange={(code) => void switchLanguage(code)}
        />
      </section>
    </main>
  );
}
