import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { previewQuery } from '@/api/queries';
import type { Expression } from '@/api/types';
import { useBot } from '@/api/workspace';
import { Count } from './Count';
import { Figure } from './Figure';
import { Skeleton } from './states';

/**
 * The figure that a list opens with: how many people it is about, each once, and what else there is to say. Null: they
 * cannot be counted as one, and there is no figure.
 */
export function PeopleLead({
  people,
  unit,
  children,
}: {
  people: Expression | null;
  unit: (count: number) => string;
  children: ReactNode;
}) {
  const bot = useBot();
  const query = useQuery({
    ...previewQuery(bot.id, people ?? { all: [] }),
    enabled: people !== null,
  });
  return (
    <div>
      {people !== null && (
        <p>
          <Figure query={query} waiting={<Skeleton width={160} height={28} />}>
            {({ count }, stale) => (
              <>
                <Count value={count} people={people} size="lead" stale={stale} />{' '}
                <span className="unit">{unit(count)}</span>
              </>
            )}
          </Figure>
        </p>
      )}
      <p className="muted">{children}</p>
    </div>
  );
}
