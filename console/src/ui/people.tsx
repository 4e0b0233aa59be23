import './figures.css';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ContactItem } from '@/api/types';

/** Two letters of a Latin name, one sign of any other. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(words[0] ?? '')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return /^[\p{Script=Latin}]$/u.test(first) ? (first + last).toUpperCase() : first;
}

export function Avatar({ name, large = false }: { name: string; large?: boolean }) {
  return (
    <span
      className={large ? 'avatar large' : 'avatar'}
      aria-hidden="true"
      data-initials={initials(name)}
    />
  );
}

/** A name that may hold anything: right-to-left marks stay inside it, and 10,000 characters are cut. */
export function PersonName({ name }: { name: string }) {
  const { t } = useTranslation();
  return <bdi>{name.trim() ? name.slice(0, 160) : t('ui.no_name')}</bdi>;
}

/** A name inside a sentence, where nothing can stand around it: without the marks that would turn the rest of the line. */
export const nameInSentence = (name: string, max: number) =>
  name
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .trim()
    .slice(0, max);

type Named = Pick<ContactItem, 'id' | 'name' | 'username' | 'reachable' | 'unreachable_reason'>;

/** Who, with the handle, or in its place why they cannot be written to. */
export function PersonCell({ contact, link = true }: { contact: Named; link?: boolean }) {
  const { t } = useTranslation();
  const name = <PersonName name={contact.name} />;
  return (
    <span className="person-cell">
      <Avatar name={contact.name} />
      <span className="names">
        {link ? (
          <Link to="/contacts/$contactId" params={{ contactId: contact.id }}>
            {name}
          </Link>
        ) : (
          <span>{name}</span>
        )}
        {contact.reachable ? (
          <span className="small faint">
            {contact.username ? `@${contact.username}` : t('ui.no_username')}
          </span>
        ) : (
          <span className="small bad">
            {t(`unreachable.${contact.unreachable_reason ?? 'blocked'}`)}
          </span>
        )}
      </span>
    </span>
  );
}
