import {
  IconClick,
  IconFlag,
  IconGitBranch,
  IconLink,
  IconMessage,
  IconNote,
  IconSend,
  IconSlash,
  IconTag,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Entry } from '@/api/types';
import { usePressName } from './presses';

const icons: [RegExp, Icon][] = [
  [/tag/, IconTag],
  [/button|press/, IconClick],
  [/command/, IconSlash],
  [/start|link|visit|click/, IconLink],
  [/campaign|sent|held/, IconSend],
  [/note/, IconNote],
  [/flow/, IconGitBranch],
  [/message|reply/, IconMessage],
];

export function EntryIcon({ kind }: { kind: string }) {
  const Found = icons.find(([fits]) => fits.test(kind))?.[1] ?? IconFlag;
  return <Found size={16} stroke={1.5} aria-hidden="true" />;
}

/** What of an entry is put into words. */
type Told = Pick<Entry, 'kind' | 'object' | 'text'> & { by: Entry['by'] | null };

/** One fact of a person's timeline in words; kinds that are not known yet show their own name. */
export function useEntryText(): (entry: Told) => string {
  const { t, i18n } = useTranslation();
  const pressName = usePressName();
  return (entry) => {
    // A campaign's press has its button's text already.
    const isPayload = entry.kind === 'button' && entry.by?.kind !== 'campaign';
    const object = (isPayload ? pressName(entry.object ?? '') : entry.object) ?? '';
    const by = entry.by?.name ?? '';
    const said = (entry.text ?? '').slice(0, 500);
    const base = i18n.exists(`timeline.${entry.kind}`)
      ? `timeline.${entry.kind}`
      : 'timeline.other';
    const withObject = object && i18n.exists(`${base}_object`) ? `${base}_object` : base;
    const key =
      by && entry.by?.kind !== 'person' && i18n.exists(`${withObject}_by`)
        ? `${withObject}_by`
        : withObject;
    const line = t(key, { object, by, text: said, kind: entry.kind });
    return said && !line.includes(said) ? t('timeline.with_text', { line, text: said }) : line;
  };
}
