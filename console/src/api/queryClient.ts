/** How reads and writes are repeated, and what a session that ended means to all of them. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './client';

const isSignedOut = (error: unknown) => error instanceof Problem && error.status === 401;

export function makeQueryClient(): QueryClient {
  /** Whoever was signed in no longer is; a wrong password ends nothing, since nobody is. */
  const onError = (error: unknown) => {
    if (isSignedOut(error) && client.getQueryData(['session']) !== undefined)
      void client.resetQueries({ queryKey: ['session'] });
  };
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refuses stays refused; what it could not answer is asked again.
        retry: (count, error) =>
          error instanceof Problem && error.status > 0 && error.status < 500 ? false : count < 2,
      },
    },
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
  });
  return client;
}
