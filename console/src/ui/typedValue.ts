/**
 * What somebody typed as a value of an attribute: a number where nothing is lost by it, so that `007` and `19.90` stay as
 * they were written. The server reads either in the attribute's own kind.
 */
export function typedValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && String(number) === text ? number : text;
}
