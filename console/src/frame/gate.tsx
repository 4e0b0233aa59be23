/** What stands in front of the console: signing in, and the one-time link that makes an account. */
import './frame.css';
import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ChangeEvent, type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, post, Problem } from '@/api/client';
import type { Setup } from '@/api/types';
import { Failure, Skeleton, useProblemText } from '@/ui/states';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useAppearance } from './appearance';

/** As long as the server wants it at least; said before it refuses. */
const PASSWORD_MIN = 8;

export function Sheet({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { toggleLanguage } = useAppearance();
  return (
    <main className="gate">
      <div className="sheet">
        <div className="inline">
          <span className="mark" aria-hidden="true">
            <svg viewBox="0 0 16 16">
              <path d="M2.500 13V4l5.500 5 5.500-5v9" />
            </svg>
          </span>
          <b>Muster</b>
          <button type="button" className="text-link end" onClick={toggleLanguage}>
            {t('frame.other_language')}
          </button>
        </div>
        {children}
      </div>
    </main>
  );
}

export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const problem = useProblemText();
  const secret = useRef<HTMLInputElement>(null);
  const enter = useMutation({
    mutationFn: () => post('/session', { body: { email, password } }),
    onSuccess: (session) => client.setQueryData(['session'], session),
    // The email stays; the password is what one tries again.
    onError: () => {
      secret.current?.focus();
      secret.current?.select();
    },
  });
  const wrong = enter.error instanceof Problem && enter.error.status === 401;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Sheet>
      <h1>{t('gate.sign_in')}</h1>
      <form onSubmit={submit} noValidate>
        <TextInput
          label={t('gate.email')}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          ref={secret}
          label={t('gate.password')}
          autoComplete="current-password"
          aria-invalid={wrong || undefined}
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={wrong ? t('gate.wrong') : undefined}
          visibilityToggleButtonProps={{ 'aria-label': t('gate.show_password') }}
        />
        {enter.error && !wrong && (
          <p className="field-error" role="alert">
            {problem(enter.error)}
          </p>
        )}
        <ReasonedButton
          type="submit"
          size="md"
          variant="filled"
          fullWidth
          loading={enter.isPending}
          reason={!email || !password ? t('gate.enter_both') : undefined}
        >
          {t('gate.enter')}
        </ReasonedButton>
      </form>
      <p className="small faint">{t('gate.lost')}</p>
    </Sheet>
  );
}

export function SetupPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: '/setup/$token' });
  const setup = useQuery({
    queryKey: ['setup', token],
    queryFn: () => get('/setup/{token}', { params: { path: { token } } }),
    retry: false,
  });
  return (
    <Sheet>
      {setup.isPending && <Skeleton height={160} width="100%" />}
      {setup.error && <Failure error={setup.error} what={t('gate.link_failed')} />}
      {setup.data && (
        <>
          <h1>
            {setup.data.purpose === 'owner'
              ? t('gate.make_owner')
              : t('gate.join', { workspace: setup.data.workspace_name })}
          </h1>
          <SetupForm token={token} setup={setup.data} />
        </>
      )}
    </Sheet>
  );
}

function useSetup(token: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (account: { name: string; email: string; password: string }) =>
      post('/setup/{token}', { params: { path: { token } }, body: account }),
    onSuccess: (session) => {
      client.setQueryData(['session'], session);
      void navigate({ to: '/' });
    },
  });
}

function SetupForm({ token, setup }: { token: string; setup: Setup }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [account, setAccount] = useState({ name: '', email: setup.email ?? '', password: '' });
  const make = useSetup(token);
  const fields = make.error instanceof Problem ? make.error : null;
  const field = (name: keyof typeof account) => ({
    label: t(`gate.${name}`),
    required: true,
    value: account[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget;
      setAccount((before) => ({ ...before, [name]: value }));
    },
    error: fields?.field(`/${name}`),
  });
  const { name, email, password } = account;
  const isReady = name && email && password.length >= PASSWORD_MIN;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(account);
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextInput {...field('name')} autoComplete="name" />
      <TextInput {...field('email')} type="email" autoComplete="username" />
      <PasswordInput
        {...field('password')}
        description={t('gate.password_min', { count: PASSWORD_MIN })}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('gate.show_password') }}
      />
      {make.error && (fields?.errors.length ?? 0) === 0 && (
        <p className="field-error" role="alert">
          {problem(make.error)}
        </p>
      )}
      <ReasonedButton
        type="submit"
        size="md"
        variant="filled"
        fullWidth
        loading={make.isPending}
        reason={isReady ? undefined : t('gate.enter_all', { count: PASSWORD_MIN })}
      >
        {t('gate.make')}
      </ReasonedButton>
    </form>
  );
}
