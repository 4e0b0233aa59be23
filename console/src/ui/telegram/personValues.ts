import { useQuery } from '@tanstack/react-query';
import { contactQuery } from '@/api/queries';
import type { ContactItem } from '@/api/types';
import { attributeField } from './template';

/** What one person's fields hold, as the server fills them in. While the person is read, what the list knows of them. */
export function usePersonValues(person: ContactItem | undefined): Record<string, string> {
  const contact = useQuery({
    ...contactQuery(person?.id ?? 0),
    enabled: person !== undefined,
  }).data;
  if (!person) return {};
  const known = { username: person.username, language: person.language, ...contact?.profile };
  const attributes = Object.entries(contact?.attributes ?? {}).map(
    ([key, value]) => [attributeField(key), value] as const,
  );
  return Object.fromEntries(
    [...Object.entries({ first_name: person.name.split(/\s/)[0], ...known }), ...attributes]
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}
