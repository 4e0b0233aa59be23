import { setupWorker } from 'msw/browser';
import { handlers } from './handlers';

/** Answers every request of the console in the browser itself; for developing without a server. */
export async function startMocks() {
  await setupWorker(...handlers).start({ onUnhandledRequest: 'bypass', quiet: true });
}
