/** What a pressed button said, where the log knows it by a payload alone. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { flowsQuery } from '@/api/queries';
import type { Flow, Graph } from '@/api/types';
import { useBot } from '@/api/workspace';

/** A text for a key; null where the key has several, which then says nothing. */
type Texts = Map<string, string | null>;
const put = (texts: Texts, key: string, text: string | null) =>
  texts.set(key, texts.has(key) && texts.get(key) !== text ? null : text);

function optionsOf(graph: Graph | null): Texts {
  const texts: Texts = new Map();
  for (const node of Object.values(graph?.nodes ?? {}))
    if (node.type === 'menu') for (const { key, text } of node.options) put(texts, key, text);
  return texts;
}

/** What each option of the flows' menus says: as it is published, or else drafted. */
export function optionTexts(flows: Pick<Flow, 'published' | 'draft'>[]): Texts {
  const texts: Texts = new Map();
  for (const flow of flows) {
    const own = new Map([...optionsOf(flow.draft), ...optionsOf(flow.published)]);
    for (const [key, text] of own) put(texts, key, text);
  }
  return texts;
}

/** A signed token or a place of a button that is gone: nobody can read either. */
const isUnreadable = (object: string) =>
  /^[cft](\.\d+){3,4}\.[\w-]{8}$/.test(object) || /^\d\.\d$/.test(object);
/** "Get news again", below the answer to a stop word. */
const OPT_IN = 'news';

/** The text of the button that an event names; none where nothing is known that a person could read. */
export function usePressName(): (object: string) => string | null {
  const { t } = useTranslation();
  const flows = useQuery(flowsQuery(useBot().id)).data?.items;
  const texts = useMemo(() => optionTexts(flows ?? []), [flows]);
  return (object) => {
    const text = texts.get(object);
    if (text) return text;
    if (object === OPT_IN) return t('timeline.get_news_again');
    return isUnreadable(object) ? null : object;
  };
}
