import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconArrowLeft, IconCheck, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { membersQuery } from '@/api/queries';
import type { Contact } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { PersonName } from '@/ui/people';
import { useProblemText } from '@/ui/states';
import type { EditorHandle } from '@/ui/editor/types';
import { Composer, type Mode } from './Composer';
import type { ConversationActions } from './conversationActions';
import { Thread } from './Thread';

function AssignMenu({
  assigneeId,
  onAssign,
}: {
  assigneeId: number | null;
  onAssign: (memberId: number | null) => void;
}) {
  const { t } = useTranslation();
  const { member } = useWorkspace().session;
  const members = useQuery(membersQuery()).data?.items ?? [member];
  const others = members.filter(
    (each) => each.id !== member.id && !('invited' in each && each.invited),
  );
  const mark = (on: boolean) =>
    on ? <IconCheck size={14} stroke={1.8} aria-hidden="true" /> : null;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button>{t(assigneeId === null ? 'inbox.assign' : 'inbox.transfer')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          rightSection={mark(assigneeId === member.id)}
          onClick={() => onAssign(member.id)}
        >
          {t('inbox.assign_me')}
        </Menu.Item>
        {others.map((each) => (
          <Menu.Item
            key={each.id}
            rightSection={mark(assigneeId === each.id)}
            onClick={() => onAssign(each.id)}
          >
            {each.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item rightSection={mark(assigneeId === null)} onClick={() => onAssign(null)}>
          {t('inbox.assign_nobody')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Who({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { length } = useFormat();
  const now = useNow();
  const { member } = useWorkspace().session;
  const members = useQuery(membersQuery()).data?.items;
  const talk = contact.conversation;
  const assignee = talk?.assignee_id ?? null;
  const name = members?.find((each) => each.id === assignee)?.name ?? '';
  return (
    <div style={{ minWidth: 0 }}>
      <h2 className="cut">
        <PersonName name={contact.name} />
      </h2>
      <p className="small cut">
        {talk?.waiting_since ? (
          <span className="inbox-waits">
            {t('inbox.waiting', { time: length(now - talk.waiting_since) })}
          </span>
        ) : (
          <span className="muted">
            {t(talk?.status === 'open' ? 'inbox.is_open' : 'inbox.is_closed')}
          </span>
        )}
        {' · '}
        <span className="muted">
          {assignee === null
            ? t('inbox.nobody')
            : assignee === member.id
              ? t('inbox.yours')
              : t('inbox.of', { name })}
        </span>
      </p>
    </div>
  );
}

interface PaneProps {
  contact: Contact;
  actions: ConversationActions;
  onClose: () => void;
  mode: Mode;
  onMode: (mode: Mode) => void;
  composer: RefObject<EditorHandle | null>;
  mayTalk: boolean;
}

const keys = [
  ['r', 'reply'],
  ['n', 'note'],
  ['t', 'tag'],
  ['e', 'close'],
  ['j', 'next'],
  ['k', 'previous'],
] as const;

/** What the keyboard does here; who listens is told of it elsewhere. */
function Keys() {
  const { t } = useTranslation();
  return (
    <p className="inbox-keys small faint wide-only" aria-hidden="true">
      {keys.map(([key, name]) => (
        <span key={key}>
          <kbd>{key}</kbd> {t(`inbox.key.${name}`)}
        </span>
      ))}
    </p>
  );
}

type HeadProps = Pick<PaneProps, 'contact' | 'actions' | 'onClose' | 'mayTalk'>;

/** Whose conversation it is, and what becomes of it: assigned, closed, opened again. */
function Head({ contact, actions, onClose, mayTalk }: HeadProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isOpen = contact.conversation?.status === 'open';
  return (
    <header className="inbox-thread-head">
      <ActionIcon
        className="inbox-back"
        aria-label={t('inbox.back')}
        onClick={() =>
          void navigate({
            from: '/inbox',
            to: '/inbox',
            search: (before) => ({ ...before, c: undefined, pane: undefined }),
          })
        }
      >
        <IconArrowLeft size={16} stroke={1.5} aria-hidden="true" />
      </ActionIcon>
      <Who contact={contact} />
      <span className="end inline">
        <ActionIcon
          className="inbox-show-profile"
          aria-label={t('inbox.profile')}
          onClick={() =>
            void navigate({
              from: '/inbox',
              to: '/inbox',
              search: (before) => ({ ...before, pane: 'profile' }),
            })
          }
        >
          <IconUser size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
        {mayTalk && (
          <AssignMenu
            assigneeId={contact.conversation?.assignee_id ?? null}
            onAssign={actions.assign}
          />
        )}
        {mayTalk && isOpen && (
          <Button
            leftSection={<IconCheck size={14} stroke={1.8} aria-hidden="true" />}
            onClick={onClose}
          >
            {t('inbox.close')}
          </Button>
        )}
        {mayTalk && !isOpen && <Button onClick={actions.open}>{t('inbox.reopen')}</Button>}
      </span>
    </header>
  );
}

/** What the last act failed of, until it is put away. */
function Failed({ actions }: Pick<PaneProps, 'actions'>) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [hidden, setHidden] = useState<unknown>(null);
  const { error } = actions.act;
  if (!error || error === hidden) return null;
  return (
    <p className="field-error inbox-failed" role="alert">
      {problem(error)}{' '}
      <button type="button" className="text-link" onClick={() => setHidden(error)}>
        {t('ui.close')}
      </button>
    </p>
  );
}

/** The thread in the middle: who, what was said, and where to answer. */
export function ConversationPane(props: PaneProps) {
  const { contact, actions, mode, onMode, composer, mayTalk } = props;
  const { t } = useTranslation();
  return (
    <section className="inbox-thread" aria-label={t('inbox.conversation')}>
      <Head {...props} />
      <Failed actions={actions} />
      <Thread key={contact.id} contactId={contact.id} />
      {mayTalk && (
        <>
          <Keys />
          <Composer
            key={contact.id}
            contact={contact}
            mode={mode}
            onMode={onMode}
            input={composer}
          />
        </>
      )}
    </section>
  );
}
