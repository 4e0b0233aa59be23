import type { Canned } from '@/api/types';
import { fold } from '@/ui/fold';

/** What stands after a `/` at the start of a text that is still one word; null when no canned reply is asked for. */
export function cannedAsk(text: string): string | null {
  const match = /^\/([^\s/]*)$/u.exec(text);
  return match ? fold(match[1] ?? '') : null;
}

/** Names that begin with what was typed come before those that hold it, and those before texts that do. */
export function cannedMatches(all: Canned[], asked: string): Canned[] {
  const rank = (each: Canned) => {
    const name = fold(each.name);
    if (name.startsWith(asked)) return 0;
    if (name.includes(asked)) return 1;
    return fold(each.message.text ?? '').includes(asked) ? 2 : 3;
  };
  return all
    .map((each) => ({ each, at: rank(each) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at || a.each.name.localeCompare(b.each.name))
    .map(({ each }) => each);
}
