import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, freshKey, patch, post, Problem } from '@/api/client';
import { membersQuery } from '@/api/queries';
import type { Invited, Member, Right, Role } from '@/api/types';
import { useCan, useWorkspace } from '@/api/workspace';
import { Section } from '@/ui/Page';
import { Avatar } from '@/ui/people';
import { Loaded, SkeletonRows, useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { MayMark, RoleRights } from './RoleRights';
import { Secret } from './Secret';

/** What of a role's rights its row shows. */
const shown: [string, Right][] = [
  ['see', 'read'],
  ['answer', 'converse'],
  ['write', 'send_campaigns'],
  ['flows', 'edit_flows'],
  ['team', 'manage_team'],
];

function InviteForm({ onMade }: { onMade: (invited: Invited) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { roles } = useWorkspace().session;
  const problem = useProblemText();
  const [key] = useState(freshKey);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const invite = useMutation({
    mutationFn: () =>
      post('/members', { body: { name: name.trim(), email: email.trim(), role } }, key),
    onSuccess: (invited) => {
      void client.invalidateQueries({ queryKey: ['members'] });
      onMade(invited);
    },
  });
  const fields = invite.error instanceof Problem ? invite.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <form className="settings-form" onSubmit={submit} noValidate>
      <TextInput
        data-autofocus
        label={t('settings.member_name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fields?.field('/name')}
      />
      <TextInput
        label={t('gate.email')}
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={fields?.field('/email')}
      />
      <Select
        label={t('settings.role')}
        description={t(`settings.role_may.${role}`)}
        allowDeselect={false}
        value={role}
        onChange={(next) => setRole(roles.find((each) => each.role === next)?.role ?? 'agent')}
        data={roles.map((each) => ({ value: each.role, label: t(`settings.roles.${each.role}`) }))}
      />
      {invite.error && (fields?.errors.length ?? 0) === 0 && (
        <p className="field-error" role="alert">
          {problem(invite.error)}
        </p>
      )}
      <ReasonedButton
        type="submit"
        variant="filled"
        loading={invite.isPending}
        reason={name.trim() && email.trim() ? undefined : t('settings.member_first')}
      >
        {t('settings.invite_make')}
      </ReasonedButton>
    </form>
  );
}

function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<Invited | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('settings.invite')}
      size={440}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      {made ? (
        <div className="settings-form">
          <Secret value={made.link} note={t('settings.invite_link', { name: made.member.name })} />
          <Button variant="filled" onClick={onClose}>
            {t('ui.close')}
          </Button>
        </div>
      ) : (
        <InviteForm onMade={setMade} />
      )}
    </Modal>
  );
}

const useRefreshMembers = () => {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['members'] });
};

function useChangeRole(member: Member) {
  const refresh = useRefreshMembers();
  return useMutation({
    mutationFn: (role: Role) =>
      patch('/members/{id}', { params: { path: { id: member.id } }, body: { role } }),
    onSuccess: refresh,
  });
}

function useRemoveMember(member: Member) {
  const { t } = useTranslation();
  const refresh = useRefreshMembers();
  return useMutation({
    mutationFn: () => del('/members/{id}', { params: { path: { id: member.id } } }),
    onSuccess: () => {
      refresh();
      toast(t('settings.member_removed', { name: member.name }));
    },
  });
}

function RolePicker({
  member,
  change,
}: {
  member: Member;
  change: ReturnType<typeof useChangeRole>;
}) {
  const { t } = useTranslation();
  const { roles } = useWorkspace().session;
  return (
    <Select
      size="xs"
      w={120}
      aria-label={t('settings.role_of', { name: member.name })}
      allowDeselect={false}
      value={change.isPending ? change.variables : member.role}
      onChange={(next) => {
        const chosen = roles.find((each) => each.role === next);
        if (chosen) change.mutate(chosen.role);
      }}
      data={roles.map((each) => ({ value: each.role, label: t(`settings.roles.${each.role}`) }))}
    />
  );
}

/** Asks once more, in place. */
function RemoveMember({
  member,
  remove,
}: {
  member: Member;
  remove: ReturnType<typeof useRemoveMember>;
}) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  if (!sure)
    return (
      <Button
        variant="subtle"
        aria-label={t('settings.remove_member', { name: member.name })}
        onClick={() => setSure(true)}
      >
        {t('settings.remove')}
      </Button>
    );
  return (
    <span className="inline">
      <Button className="danger" loading={remove.isPending} onClick={() => remove.mutate()}>
        {t('settings.remove')}
      </Button>
      <Button variant="subtle" onClick={() => setSure(false)}>
        {t('ui.cancel')}
      </Button>
    </span>
  );
}

function MemberCell({ member, me, failed }: { member: Member; me: boolean; failed: unknown }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  return (
    <span className="person-cell">
      <Avatar name={member.name} />
      <span className="names">
        <span>{me ? t('settings.me', { name: member.name }) : member.name}</span>
        <span className="small faint">{member.email}</span>
        {failed ? (
          <span className="small bad" role="alert">
            {problem(failed)}
          </span>
        ) : null}
      </span>
    </span>
  );
}

function MemberRow({ member, me }: { member: Member; me: boolean }) {
  const { t } = useTranslation();
  const { roles } = useWorkspace().session;
  const own = roles.find((each) => each.role === member.role);
  const mayManage = useCan()('manage_team');
  const change = useChangeRole(member);
  const remove = useRemoveMember(member);
  return (
    <tr>
      <td>
        <MemberCell member={member} me={me} failed={change.error ?? remove.error} />
      </td>
      <td>
        {mayManage && !me ? (
          <RolePicker member={member} change={change} />
        ) : (
          t(`settings.roles.${member.role}`)
        )}
      </td>
      {shown.map(([column, right]) => (
        <td key={column} className="tick leaves-first">
          <MayMark may={own?.rights.includes(right) ?? false} />
        </td>
      ))}
      <td className="num leaves-second">
        {member.invited ? <span className="faint">{t('settings.invited')}</span> : null}
      </td>
      {mayManage && (
        <td className="num">{!me && <RemoveMember member={member} remove={remove} />}</td>
      )}
    </tr>
  );
}

function MembersTable({ members }: { members: Member[] }) {
  const { t } = useTranslation();
  const can = useCan();
  const { member } = useWorkspace().session;
  return (
    <table className="table settings-table">
      <thead>
        <tr>
          <th scope="col">{t('settings.member')}</th>
          <th scope="col">{t('settings.role')}</th>
          {shown.map(([right]) => (
            <th key={right} scope="col" className="tick leaves-first">
              {t(`settings.rights.${right}`)}
            </th>
          ))}
          <th scope="col" className="leaves-second">
            <span className="unseen">{t('settings.state')}</span>
          </th>
          {can('manage_team') && (
            <th scope="col">
              <span className="unseen">{t('settings.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {members.map((each) => (
          <MemberRow key={each.id} member={each} me={each.id === member.id} />
        ))}
      </tbody>
    </table>
  );
}

/** Members, and what each role can do. */
export function Team() {
  const { t } = useTranslation();
  const can = useCan();
  const query = useQuery(membersQuery());
  const [inviting, setInviting] = useState(false);
  return (
    <Section
      title={t('settings.team')}
      note={t('settings.team_note')}
      end={
        can('manage_team') && (
          <button type="button" className="text-link" onClick={() => setInviting(true)}>
            {t('settings.invite')}
          </button>
        )
      }
    >
      <Loaded query={query} what={t('settings.team_failed')} waiting={<SkeletonRows rows={3} />}>
        {({ items }) => <MembersTable members={items} />}
      </Loaded>
      <RoleRights />
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </Section>
  );
}
