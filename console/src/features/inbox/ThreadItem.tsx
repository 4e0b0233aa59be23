import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconClick,
  IconClock,
  IconHelp,
  IconLink,
  IconSend,
  IconArrowsLeftRight,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { ThreadEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Bubble } from '@/ui/telegram/Bubble';
import { useProblemText } from '@/ui/states';
import { useEntryText } from '@/ui/TimelineEntry';
import { Details, Earlier } from './Held';

function State({ entry }: { entry: ThreadEntry }) {
  const { t } = useTranslation();
  if (entry.state === null || entry.state === undefined) return null;
  const Sign = {
    pending: IconClock,
    leased: IconClock,
    sent: IconCheck,
    failed: IconAlertTriangle,
    blocked: IconAlertTriangle,
    skipped: IconAlertTriangle,
    unknown: IconHelp,
  }[entry.state];
  return (
    <Sign
      size={12}
      stroke={2}
      className="inbox-thread-state"
      role="img"
      aria-label={t(`inbox.state.${entry.state}`)}
    />
  );
}

function Resend({ entry, contactId }: { entry: ThreadEntry; contactId: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  const again = useMutation({
    mutationFn: () =>
      post('/conversations/{id}/messages/{entry}/resend', {
        params: { path: { id: contactId, entry: entry.id } },
      }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['thread', contactId] }),
  });
  return (
    <div className="inbox-thread-trouble small">
      <span>{t(`inbox.trouble.${entry.state ?? 'unknown'}`)}</span>
      {entry.reason && <span className="faint">{entry.reason.slice(0, 200)}</span>}
      {entry.from === 'agent' && (entry.state === 'failed' || entry.state === 'unknown') && (
        <Button size="sm" loading={again.isPending} onClick={() => again.mutate()}>
          {t('inbox.resend')}
        </Button>
      )}
      {again.error && (
        <span className="bad" role="alert">
          {problem(again.error)}
        </span>
      )}
    </div>
  );
}

function Campaign({ campaign }: { campaign: NonNullable<ThreadEntry['campaign']> }) {
  const { t } = useTranslation();
  return (
    <span className="inbox-thread-fact">
      <IconSend size={13} stroke={1.5} aria-hidden="true" />
      <span>{t('inbox.campaign')}</span>
      <Link className="count" to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
        {campaign.name ?? String(campaign.id)}
      </Link>
    </span>
  );
}

function Said({
  entry,
  contactId,
  joined,
}: {
  entry: ThreadEntry;
  contactId: number;
  joined: boolean;
}) {
  const { t } = useTranslation();
  const { time, dateTime: when } = useFormat();
  const out = entry.from !== 'person';
  const who =
    entry.from === 'agent'
      ? (entry.by?.name ?? t('inbox.from.agent'))
      : out
        ? t(`inbox.from.${entry.from}`)
        : '';
  const text = entry.text ?? '';
  const details = entry.details ?? [];
  const isGone =
    text === '' &&
    !entry.media &&
    details.length === 0 &&
    (entry.content === 'text' || entry.kind === 'command' || (out && entry.from !== 'campaign'));
  const media = isGone
    ? t('retention.gone')
    : text === '' && !out && !entry.media
      ? t([`inbox.content.${entry.content ?? 'other'}`, 'inbox.content.other'], {
          kind: entry.content ?? '',
        })
      : '';
  const trouble =
    out &&
    entry.state !== null &&
    ['failed', 'blocked', 'skipped', 'unknown'].includes(entry.state);
  const meta = (
    <span className="inbox-thread-meta">
      {who && <bdi>{who}</bdi>}{' '}
      {entry.edited_at && <span title={when(entry.edited_at)}>{t('inbox.edited')}</span>}{' '}
      <span className="figure">{time(entry.at)}</span> {out && <State entry={entry} />}
    </span>
  );
  return (
    <div className={out ? 'inbox-thread-side out' : 'inbox-thread-side'}>
      {entry.from === 'campaign' && entry.campaign && !joined && (
        <Campaign campaign={entry.campaign} />
      )}
      <Bubble
        said
        out={out}
        file={entry.media ?? null}
        message={{
          text: text || media,
          format: 'plain',
          entities: entry.entities ?? [],
          buttons: entry.buttons ?? [],
        }}
        meta={meta}
      />
      {details.length > 0 && <Details details={details} />}
      {(entry.earlier ?? []).length > 0 && <Earlier earlier={entry.earlier ?? []} />}
      {trouble && <Resend entry={entry} contactId={contactId} />}
    </div>
  );
}

/** `open`, `closed`, or `open: name` are said in the reader's words. */
function useChanged() {
  const { t } = useTranslation();
  return (text: string) => {
    const [status = '', name] = text.split(/: (.*)/su);
    if (name) return t('inbox.changed.assigned', { name });
    return status === 'closed' ? t('inbox.changed.closed') : t('inbox.changed.open');
  };
}

function Fact({ entry }: { entry: ThreadEntry }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const say = useEntryText();
  const changed = useChanged();
  const at = time(entry.at);
  const icon: ReactNode =
    entry.kind === 'button' ? (
      <IconClick size={13} stroke={1.5} aria-hidden="true" />
    ) : entry.kind === 'start' ? (
      <IconLink size={13} stroke={1.5} aria-hidden="true" />
    ) : (
      <IconArrowsLeftRight size={13} stroke={1.5} aria-hidden="true" />
    );
  const kind = entry.kind === 'event' ? (entry.event ?? 'other') : entry.kind;
  const object =
    entry.kind === 'start' ? (entry.text ?? '').replace(/^\/start\s*/u, '') : entry.text;
  const as = { kind, object: object || null, text: null, by: null };
  const words = entry.event === 'conversation_changed' ? changed(entry.text ?? '') : say(as);
  const ofThem = entry.kind === 'button' || entry.kind === 'start' || entry.from === 'person';
  return (
    <div className={ofThem ? 'inbox-thread-side' : 'inbox-thread-side centre'}>
      <span className="inbox-thread-fact">
        {icon}
        <bdi>{words.slice(0, 300)}</bdi>
        {entry.campaign && (
          <>
            <span className="faint">{t('inbox.answers')}</span>
            <Link
              className="count"
              to="/campaigns/$campaignId"
              params={{ campaignId: entry.campaign.id }}
            >
              {entry.campaign.name ?? String(entry.campaign.id)}
            </Link>
          </>
        )}
        <span className="faint figure">{at}</span>
      </span>
    </div>
  );
}

function Note({ entry }: { entry: ThreadEntry }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  return (
    <div className="inbox-thread-side out">
      <div className="inbox-thread-note">
        <p dir="auto">{entry.text || t('retention.gone')}</p>
        <p className="small">
          {t('inbox.note_by', { name: entry.by?.name ?? '', time: time(entry.at) })}
        </p>
      </div>
    </div>
  );
}

/** One entry of the thread: what was said, what happened, or a note of the team's. */
export function ThreadItem({
  entry,
  contactId,
  joined,
}: {
  entry: ThreadEntry;
  contactId: number;
  joined: boolean;
}) {
  if (entry.kind === 'note') return <Note entry={entry} />;
  if (entry.kind === 'message' || entry.kind === 'command')
    return <Said entry={entry} contactId={contactId} joined={joined} />;
  return <Fact entry={entry} />;
}
