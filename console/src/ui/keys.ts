/** Keyboard shortcuts of one letter; they sleep while someone types or a dialog is open. */
import { useEffect, useRef } from 'react';

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Closed lists stay in the page, hidden; only what is seen takes the keys. */
const dialogOpen = () =>
  [
    ...document.querySelectorAll<HTMLElement>(
      '[role="dialog"], [role="listbox"]:not([data-inline])',
    ),
  ].some((each) => each.offsetParent !== null || each.getClientRects().length > 0);

/**
 * `bindings` maps a key (`j`, `?`, `/`) to what it does. The newest bindings are always the ones that run.
 * `ahead`: before the frame's own letters, for a page whose `j` and `k` do more than move the focus.
 */
export function useKeys(
  bindings: Record<string, (event: KeyboardEvent) => void>,
  { ahead = false }: { ahead?: boolean } = {},
) {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || dialogOpen()) return;
      const run = latest.current[event.key];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener('keydown', onKey, ahead);
    return () => window.removeEventListener('keydown', onKey, ahead);
  }, [ahead]);
}

const FOCUSED = 'a[href], button:not([disabled]), input:not([disabled])';
/** What of a row takes the focus: itself, or the first that can. */
const focusOf = (row: HTMLElement) =>
  row.matches(FOCUSED) ? row : row.querySelector<HTMLElement>(FOCUSED);

/** `j` and `k` move the focus through a list's rows. */
export function moveFocus(selector: string, step: 1 | -1) {
  const targets = [...document.querySelectorAll<HTMLElement>(selector)]
    .map(focusOf)
    .filter((target) => target !== null);
  if (targets.length === 0) return;
  const at = targets.findIndex(
    (target) => target === document.activeElement || target.contains(document.activeElement),
  );
  const next = targets[Math.min(targets.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
