import { ActionIcon, Button, Menu, PasswordInput } from '@mantine/core';
import { IconAlertTriangle, IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, patch, Problem } from '@/api/client';
import type { Bot, BotChange } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { Section } from '@/ui/Page';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { troubleOf } from './botHealth';
import { PaymentsForm } from './Payments';

function useBotChange(bot: Bot) {
  const client = useQueryClient();
  const refresh = () => {
    for (const key of ['bots', 'session']) void client.invalidateQueries({ queryKey: [key] });
  };
  const params = { path: { id: bot.id } };
  const change = useMutation({
    mutationFn: (next: BotChange) => patch('/bots/{id}', { params, body: next }),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: () => del('/bots/{id}', { params }),
    onSuccess: refresh,
  });
  return { change, remove };
}
type Changing = ReturnType<typeof useBotChange>;

function NewToken({ bot, changing, onDone }: { bot: Bot; changing: Changing; onDone: () => void }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [token, setToken] = useState('');
  const { error } = changing.change;
  const message = error instanceof Problem ? (error.field('/token') ?? problem(error)) : undefined;
  return (
    <form
      className="inline wrap"
      onSubmit={(event) => {
        event.preventDefault();
        changing.change.mutate(
          { token: token.trim() },
          {
            onSuccess: () => {
              toast(t('settings.token_taken', { name: bot.name }));
              onDone();
            },
          },
        );
      }}
    >
      <PasswordInput
        size="xs"
        w={260}
        autoFocus
        autoComplete="off"
        aria-label={t('gate.token')}
        placeholder={t('gate.token')}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        error={message}
        visibilityToggleButtonProps={{ 'aria-label': t('gate.show_password') }}
      />
      <ReasonedButton
        type="submit"
        loading={changing.change.isPending}
        reason={token.trim() ? undefined : t('gate.token_first')}
      >
        {t('settings.token_take')}
      </ReasonedButton>
      <Button variant="subtle" onClick={onDone}>
        {t('ui.cancel')}
      </Button>
    </form>
  );
}

function Trouble({
  bot,
  changing,
  onToken,
}: {
  bot: Bot;
  changing: Changing;
  onToken: () => void;
}) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormat();
  const now = useNow();
  const can = useCan();
  const trouble = troubleOf(bot, now);
  if (trouble === null) return null;
  const { health } = bot;
  const retry = (
    <Button
      loading={changing.change.isPending}
      onClick={() => changing.change.mutate({ status: 'running' })}
    >
      {t(trouble === 'stopped' ? 'settings.start' : 'ui.try_again')}
    </Button>
  );
  return (
    <div
      className={
        trouble === 'token_dead' || trouble === 'error' ? 'failure' : 'callout warn-ground'
      }
      role={trouble === 'token_dead' ? 'alert' : undefined}
    >
      <IconAlertTriangle size={16} stroke={1.5} aria-hidden="true" />
      <span className="words">
        <b>{t(`settings.trouble.${trouble}`, { name: bot.name })}</b>{' '}
        <span className="muted">
          {t(`settings.trouble_text.${trouble}`, {
            count: trouble === 'pushing' ? bot.webhook?.pending : health.ingest_failed,
            number: number(
              trouble === 'pushing' ? (bot.webhook?.pending ?? 0) : health.ingest_failed,
            ),
            at: dateTime(
              (trouble === 'waiting'
                ? health.blocked_until
                : trouble === 'pushing'
                  ? bot.webhook?.last_error_at
                  : health.last_error_at) ?? now,
            ),
            error: (
              (trouble === 'polled'
                ? bot.intake_note
                : trouble === 'pushing'
                  ? bot.webhook?.last_error
                  : health.last_error) ?? ''
            ).slice(0, 300),
          })}
        </span>
      </span>
      {can('manage_bots') && trouble === 'token_dead' && (
        <Button onClick={onToken}>{t('settings.new_token')}</Button>
      )}
      {can('manage_bots') &&
        (trouble === 'token_dead' || trouble === 'error' || trouble === 'stopped') &&
        retry}
    </div>
  );
}

/** Bulk messages a second that a bot can be told to keep to. */
const RATE_MAX = 1_000;

export function Rate({ bot, changing }: { bot: Bot; changing: Changing }) {
  const { t } = useTranslation();
  const can = useCan();
  const { number } = useFormat();
  const [value, setValue] = useState(bot.bulk_per_second);
  const save = () => {
    if (value !== null && value !== bot.bulk_per_second)
      changing.change.mutate({ bulk_per_second: value });
  };
  if (!can('manage_bots'))
    return (
      <span className="figure">
        {bot.bulk_per_second === null ? t('settings.rate_default') : number(bot.bulk_per_second)}
      </span>
    );
  return (
    <AmountInput
      w={84}
      min={1}
      max={RATE_MAX}
      aria-label={t('settings.rate_of', { name: bot.name })}
      // A bot that has a rate keeps it: an emptied field stands for no default, and says so.
      mayBeEmpty={bot.bulk_per_second === null}
      placeholder={bot.bulk_per_second === null ? t('settings.rate_default') : undefined}
      value={value}
      onAmount={setValue}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
      styles={{ input: { textAlign: 'right' } }}
    />
  );
}

function Health({ bot }: { bot: Bot }) {
  const { t } = useTranslation();
  const now = useNow();
  const trouble = troubleOf(bot, now);
  const fill =
    trouble === null
      ? 'var(--good-fill)'
      : trouble === 'token_dead' || trouble === 'error'
        ? 'var(--bad-fill)'
        : 'var(--warn-fill)';
  return (
    <span className="status-dot">
      <i style={{ background: fill }} aria-hidden="true" />
      {t(`settings.health.${trouble ?? (bot.status === 'starting' ? 'starting' : 'well')}`)}
    </span>
  );
}

/** What is asked about a bot below its row. */
type Asking = 'token' | 'payments' | 'leave' | null;

function BotMenu({
  bot,
  changing,
  onAsk,
}: {
  bot: Bot;
  changing: Changing;
  onAsk: (asking: Asking) => void;
}) {
  const { t } = useTranslation();
  const isStopped = bot.status === 'stopped';
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon aria-label={t('settings.bot_more', { name: bot.name })}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => changing.change.mutate({ status: isStopped ? 'running' : 'stopped' })}
        >
          {t(isStopped ? 'settings.start' : 'settings.stop')}
        </Menu.Item>
        <Menu.Item onClick={() => onAsk('token')}>{t('settings.new_token')}</Menu.Item>
        <Menu.Item onClick={() => onAsk('payments')}>{t('settings.payments')}</Menu.Item>
        <Menu.Divider />
        <Menu.Item color="var(--bad)" onClick={() => onAsk('leave')}>
          {t('settings.disconnect')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Leave({ bot, changing, onDone }: { bot: Bot; changing: Changing; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="inline wrap">
      <span>{t('settings.disconnect_will', { name: bot.name })}</span>
      <Button
        className="danger"
        loading={changing.remove.isPending}
        onClick={() => changing.remove.mutate(undefined, { onSuccess: onDone })}
      >
        {t('settings.disconnect')}
      </Button>
      <Button variant="subtle" onClick={onDone}>
        {t('ui.cancel')}
      </Button>
    </div>
  );
}

/** What is wrong with a bot, what it declines, and the form that is open for it. */
function Below({
  bot,
  changing,
  asking,
  failed,
  onAsk,
}: {
  bot: Bot;
  changing: Changing;
  asking: Asking;
  failed: Error | null;
  onAsk: (asking: Asking) => void;
}) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const declined = bot.decline_payments;
  const done = () => onAsk(null);
  return (
    <>
      <Trouble bot={bot} changing={changing} onToken={() => onAsk('token')} />
      {declined && asking !== 'payments' && (
        <p className="muted">
          {t('settings.payments_declined')} <q>{declined}</q>
        </p>
      )}
      {asking === 'payments' && (
        <PaymentsForm
          words={declined ?? ''}
          error={changing.change.error}
          isSaving={changing.change.isPending}
          onSave={(words) =>
            changing.change.mutate({ decline_payments: words }, { onSuccess: done })
          }
          onCancel={done}
        />
      )}
      {asking === 'token' && <NewToken bot={bot} changing={changing} onDone={done} />}
      {asking === 'leave' && <Leave bot={bot} changing={changing} onDone={done} />}
      {failed && (
        <p className="field-error" role="alert">
          {problem(failed)}
        </p>
      )}
    </>
  );
}

function BotRows({ bot }: { bot: Bot }) {
  const { t } = useTranslation();
  const { ago, number } = useFormat();
  const now = useNow();
  const mayManage = useCan()('manage_bots');
  const changing = useBotChange(bot);
  const [asking, setAsking] = useState<Asking>(null);
  const heard = bot.health.last_update_at;
  const isForm = asking === 'token' || asking === 'payments';
  const failed = changing.remove.error ?? (isForm ? null : changing.change.error);
  const hasBelow =
    asking !== null || bot.decline_payments || troubleOf(bot, now) !== null || failed;
  return (
    <Fragment>
      <tr>
        <td>
          <span className="names">
            <b>{bot.name}</b>
            <span className="small faint">@{bot.username}</span>
          </span>
        </td>
        <td className="leaves-second">{t(`settings.intake.${bot.intake}`)}</td>
        <td className="num leaves-first">{heard === null ? t('ui.never') : ago(heard, now)}</td>
        <td className="num leaves-second">{number(bot.contacts)}</td>
        <td className="num leaves-second">
          <Rate key={bot.bulk_per_second} bot={bot} changing={changing} />
        </td>
        <td>
          <Health bot={bot} />
        </td>
        {mayManage && (
          <td className="num">
            <BotMenu bot={bot} changing={changing} onAsk={setAsking} />
          </td>
        )}
      </tr>
      {hasBelow && (
        <tr className="settings-bot-below">
          <td colSpan={mayManage ? 7 : 6}>
            <Below
              bot={bot}
              changing={changing}
              asking={asking}
              failed={failed}
              onAsk={setAsking}
            />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** Every bot, how it receives, and what is wrong with it where it stands. */
export function Bots({ bots }: { bots: Bot[] }) {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <Section title={t('settings.bots')} note={t('settings.bots_note')}>
      <table className="table settings-table">
        <thead>
          <tr>
            <th scope="col">{t('settings.bot')}</th>
            <th scope="col" className="leaves-second">
              {t('settings.receives_by')}
            </th>
            <th scope="col" className="num leaves-first">
              {t('settings.last_update')}
            </th>
            <th scope="col" className="num leaves-second">
              {t('settings.people')}
            </th>
            <th scope="col" className="num leaves-second">
              {t('settings.rate')}
            </th>
            <th scope="col">{t('settings.state')}</th>
            {can('manage_bots') && (
              <th scope="col">
                <span className="unseen">{t('settings.actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {bots.map((bot) => (
            <BotRows key={bot.id} bot={bot} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}
