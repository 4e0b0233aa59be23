/** Keys as this machine's keyboard names them. */
const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `Shift-Mod-x` as ⇧⌘X, or Ctrl+Shift+X. */
export function shownKeys(keys: string): string {
  const parts = keys.split('-');
  const key = (parts.pop() ?? '').toUpperCase();
  if (apple)
    return `${parts.includes('Shift') ? '⇧' : ''}${parts.includes('Mod') ? '⌘' : ''}${key}`;
  return [parts.includes('Mod') && 'Ctrl', parts.includes('Shift') && 'Shift', key]
    .filter(Boolean)
    .join('+');
}

/** The same for `aria-keyshortcuts`. */
export const spokenKeys = (keys: string) =>
  [...keys.split('-').map((part) => (part === 'Mod' ? (apple ? 'Meta' : 'Control') : part))].join(
    '+',
  );
