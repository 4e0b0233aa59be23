/** A page of the console as it stands in the frame, answered by the mocks; for tests. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { makeQueryClient } from '@/api/queryClient';
import { startI18n } from '@/i18n';
import { handlers } from '@/mocks/handlers';
import { makeRouter } from '@/routes';

export { on, pageOf, problem } from '@/mocks/on';
export { people } from '@/mocks/people';
export { links } from '@/mocks/linking';
export { home, report } from '@/mocks/report';
export { campaigns, flows, session, tagList } from '@/mocks/records';

/** Answers the tests of a file as the mocks do, and in English; `use` has one answer differ until the test is over. */
export function withServer() {
  const server = setupServer(...handlers);
  beforeAll(async () => {
    server.listen({ onUnhandledRequest: 'error' });
    await startI18n('en');
  });
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return server;
}

/** Opens an address; `client` holds what was read, and asks for it anew as a live change does. */
export function openPage(address: string) {
  window.history.replaceState(null, '', address);
  const client = makeQueryClient();
  const page = render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={makeRouter(client)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...page, client };
}
