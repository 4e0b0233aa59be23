import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { UsedBy } from '@/api/types';

function To({ user }: { user: UsedBy }) {
  const name = <bdi>{user.name}</bdi>;
  switch (user.kind) {
    case 'segment':
      return (
        <Link className="count" to="/segments/$segmentId" params={{ segmentId: user.id }}>
          {name}
        </Link>
      );
    case 'flow':
      return (
        <Link className="count" to="/flows/$flowId" params={{ flowId: user.id }}>
          {name}
        </Link>
      );
    case 'campaign':
      return (
        <Link className="count" to="/campaigns/$campaignId" params={{ campaignId: user.id }}>
          {name}
        </Link>
      );
    case 'link':
      return (
        <Link className="count" to="/links/$linkId" params={{ linkId: user.id }}>
          {name}
        </Link>
      );
    case 'stage':
      return (
        <Link className="count" to="/stages">
          {name}
        </Link>
      );
    default:
      return name;
  }
}

/** What depends on something, each a way there. */
export function UsedByList({ users }: { users: UsedBy[] }) {
  const { t } = useTranslation();
  if (users.length === 0) return <p className="muted">{t('ui.used_by_none')}</p>;
  return (
    <ul className="used-by">
      {users.map((user) => (
        <li key={`${user.kind} ${user.id}`} className="inline">
          <span className="faint" style={{ width: 72, flex: 'none' }}>
            {t([`ui.used_kind.${user.kind}`, 'ui.used_kind.other'], { kind: user.kind })}
          </span>
          <span className="cut">
            <To user={user} />
          </span>
        </li>
      ))}
    </ul>
  );
}
