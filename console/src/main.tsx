import './theme/base.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-ext-400.css';
import '@fontsource/inter/latin-500.css';
import '@fontsource/inter/latin-ext-500.css';
import '@fontsource/inter/latin-600.css';
import '@fontsource/inter/latin-ext-600.css';
import './theme/tokens.css';
import './theme/words.css';
import './theme/mantine.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient } from './api/queryClient';
import { startI18n } from './i18n';
import { makeRouter } from './routes';
import { cssVariables, theme } from './theme/theme';

const client = makeQueryClient();

/** How long the first page may wait for its type, so that nothing that was measured or read moves when it comes. */
const FONT_WAIT_MS = 500;

const fontsReady = () =>
  Promise.race([
    Promise.allSettled(
      [400, 500, 600].map((weight) => document.fonts.load(`${weight} 13px Inter`)),
    ),
    new Promise((resolve) => window.setTimeout(resolve, FONT_WAIT_MS)),
  ]);

async function start() {
  if (import.meta.env.VITE_MOCKS) await (await import('./mocks/browser')).startMocks();
  await Promise.all([startI18n(), fontsReady()]);
  const place = document.getElementById('root');
  if (!place) throw new Error('index.html has no #root');
  createRoot(place).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <RouterProvider router={makeRouter(client)} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
void start();
