/** The two lists of campaigns, which stand still while they are read. */
import { useRef, useState } from 'react';
import type { Campaign } from '@/api/types';
import { useStill } from '@/ui/still';

const idOf = ({ id }: Campaign) => id;
const isOver = ({ status }: Campaign) => status === 'done' || status === 'cancelled';

/**
 * Which of the two lists each campaign stands in: where it was first seen, until the reader asks for the lists anew.
 * A campaign that ends while it is read does not jump into the other one.
 */
function usePlaces(all: Campaign[], key: string) {
  const first = useRef({ key, over: new Map<number, boolean>() });
  const [, setTimes] = useState(0);
  if (first.current.key !== key) first.current = { key, over: new Map() };
  const { over } = first.current;
  for (const campaign of all) if (!over.has(campaign.id)) over.set(campaign.id, isOver(campaign));
  return {
    going: all.filter(({ id }) => !over.get(id)),
    past: all.filter(({ id }) => over.get(id)),
    ended: all.filter((campaign) => over.get(campaign.id) !== isOver(campaign)).length,
    settle: () => {
      first.current = { key, over: new Map() };
      setTimes((times) => times + 1);
    },
  };
}

interface ListsAsk {
  /** What was asked for: of another bot, or in another order, the lists begin anew. */
  key: string;
  /** How many pages were read. */
  pages: number;
  inOrder: (past: Campaign[]) => Campaign[];
}

export function useLists(all: Campaign[], { key, pages, inOrder }: ListsAsk) {
  const places = usePlaces(all, key);
  const going = useStill(places.going, key, idOf, { gone: 'drop', fresh: 'end' });
  const past = useStill(inOrder(places.past), key, idOf, { gone: 'drop', fresh: 'wait', pages });
  return {
    going: going.rows,
    past: past.rows,
    /** How many campaigns would stand elsewhere if the lists were made anew. */
    news: places.ended + past.news,
    settle: () => {
      places.settle();
      going.settle();
      past.settle();
    },
  };
}
