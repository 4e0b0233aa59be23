/** The names that the server gives to colours of tags and stages; each has a tone for either theme in tokens.css. */
export const colorNames = [
  'blue',
  'teal',
  'green',
  'amber',
  'orange',
  'red',
  'violet',
  'gray',
] as const;
export type ColorName = (typeof colorNames)[number];

/** A CSS colour for a name of the server's; what is no name of its is shown as the quiet one. */
export function colorOf(name: string | null | undefined): string {
  const known = colorNames.find((each) => each === name || (name === 'grey' && each === 'gray'));
  return known
    ? `var(--tone-${known})`
    : name && /^#[0-9a-f]{6}$/i.test(name)
      ? name
      : 'var(--idle-fill)';
}
