/** Which columns the table of contacts has, kept in this browser. The person always stands first. */
import { useState } from 'react';

export const columnKeys = [
  'stage',
  'tags',
  'language',
  'premium',
  'telegram_id',
  'joined',
  'last',
] as const;
export type ColumnKey = (typeof columnKeys)[number];

const KEPT = 'muster.contact_columns';
const usual: ColumnKey[] = ['stage', 'tags', 'language', 'joined', 'last'];

function kept(): ColumnKey[] {
  const names = localStorage.getItem(KEPT)?.split(',');
  return names ? columnKeys.filter((key) => names.includes(key)) : usual;
}

export function useChosenColumns(): [ColumnKey[], (key: ColumnKey) => void] {
  const [chosen, setChosen] = useState(kept);
  const toggle = (key: ColumnKey) => {
    const next = columnKeys.filter((each) => (each === key) !== chosen.includes(each));
    localStorage.setItem(KEPT, next.join(','));
    setChosen(next);
  };
  return [chosen, toggle];
}

/** What a tag takes besides its name, and a row holds, in letters; a Chinese one is as wide as two. */
const AROUND = 4;
const ROW = 44;
const widthOf = (name: string) =>
  [...name.slice(0, 28)].reduce((sum, sign) => sum + (sign > '\u2e80' ? 2 : 1), AROUND);

/** The tags that fit into a row, at least one, and the rest. */
export function fitting<Tag extends { name: string }>(tags: Tag[]): [Tag[], Tag[]] {
  let room = ROW;
  const many = tags.findIndex((tag, at) => {
    room -= widthOf(tag.name);
    return room < 0 && at > 0;
  });
  return many < 0 ? [tags, []] : [tags.slice(0, many), tags.slice(many)];
}
