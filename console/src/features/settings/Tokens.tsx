import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, post } from '@/api/client';
import { tokensQuery } from '@/api/queries';
import type { ApiToken } from '@/api/types';
import { useFormat, useNow } from '@/i18n/format';
import { Section } from '@/ui/Page';
import { Loaded, SkeletonRows, useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Secret } from './Secret';

function TokenRow({ token, onGone }: { token: ApiToken; onGone: () => void }) {
  const { t } = useTranslation();
  const { ago, date } = useFormat();
  const now = useNow();
  const problem = useProblemText();
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () => del('/tokens/{id}', { params: { path: { id: token.id } } }),
    onSuccess: () => {
      onGone();
      toast(t('settings.token_revoked', { name: token.name }));
    },
  });
  return (
    <tr>
      <td>
        <b>{token.name}</b>
        {revoke.error && (
          <span className="small bad" role="alert">
            {' '}
            {problem(revoke.error)}
          </span>
        )}
      </td>
      <td className="num leaves-second">{date(token.created_at)}</td>
      <td className="num">
        {token.used_at ? (
          ago(token.used_at, now)
        ) : (
          <span className="faint">{t('settings.token_unused')}</span>
        )}
      </td>
      <td className="num">
        {sure ? (
          <span className="inline token-sure">
            <Button className="danger" loading={revoke.isPending} onClick={() => revoke.mutate()}>
              {t('settings.revoke')}
            </Button>
            <Button variant="subtle" onClick={() => setSure(false)}>
              {t('ui.cancel')}
            </Button>
          </span>
        ) : (
          <Button
            variant="subtle"
            aria-label={t('settings.revoke_token', { name: token.name })}
            onClick={() => setSure(true)}
          >
            {t('settings.revoke')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Listed({ items, onGone }: { items: ApiToken[]; onGone: () => void }) {
  const { t } = useTranslation();
  return (
    <table className="table settings-table">
      <thead>
        <tr>
          <th scope="col">{t('settings.token_name')}</th>
          <th scope="col" className="num leaves-second">
            {t('settings.token_made')}
          </th>
          <th scope="col" className="num">
            {t('settings.token_used')}
          </th>
          <th scope="col">
            <span className="unseen">{t('settings.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((token) => (
          <TokenRow key={token.id} token={token} onGone={onGone} />
        ))}
      </tbody>
    </table>
  );
}

/** Tokens for programs; a secret is shown once, when it is made. */
export function Tokens() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  const query = useQuery(tokensQuery());
  const [name, setName] = useState('');
  const refresh = () => void client.invalidateQueries({ queryKey: ['tokens'] });
  const make = useMutation({
    mutationFn: () => post('/tokens', { body: { name: name.trim() } }),
    onSuccess: () => {
      setName('');
      refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Section title={t('settings.tokens')} note={t('settings.tokens_note')}>
      <Loaded query={query} what={t('settings.tokens_failed')} waiting={<SkeletonRows rows={2} />}>
        {({ items }) => items.length > 0 && <Listed items={items} onGone={refresh} />}
      </Loaded>
      <form className="inline wrap settings-token-make" onSubmit={submit}>
        <TextInput
          size="xs"
          w={220}
          aria-label={t('settings.token_name')}
          placeholder={t('settings.token_for')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
          error={make.error ? problem(make.error) : undefined}
        />
        <ReasonedButton
          type="submit"
          loading={make.isPending}
          reason={name.trim() ? undefined : t('ui.unnamed')}
        >
          {t('settings.token_make')}
        </ReasonedButton>
      </form>
      {make.data?.token && (
        <Secret value={make.data.token} note={t('settings.token_once', { name: make.data.name })} />
      )}
    </Section>
  );
}
