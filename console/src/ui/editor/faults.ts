/** What the server finds wrong with a message's text, in words for its author. */
import { useTranslation } from 'react-i18next';
import type { ProblemField } from '@/api/client';

const isOfText = (path: string) =>
  /\/(?:text|entities(?:\/.*)?)$/u.test(path) &&
  !path.includes('/buttons/') &&
  !path.includes('/options/');

/** The sentence for one finding; those that are not about a text keep the server's. */
export function useFaultWords(): (field: ProblemField) => string {
  const { t, i18n } = useTranslation();
  return ({ path, code, message }) => {
    if (!isOfText(path)) return message;
    return i18n.exists(`editor.fault.${code}`)
      ? t(`editor.fault.${code}`)
      : t('editor.fault.other');
  };
}

/** What is wrong with the text of the message at a path. */
export function useTextFault(): (
  errors: ProblemField[] | undefined,
  at: string,
) => string | undefined {
  const words = useFaultWords();
  return (errors, at) => {
    const field = errors?.find(({ path }) => path.startsWith(`${at}/`) && isOfText(path));
    return field && words(field);
  };
}
