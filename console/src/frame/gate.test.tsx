import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeQueryClient } from '@/api/queryClient';
import { sessionQuery } from '@/api/queries';
import { startI18n } from '@/i18n';
import { SignIn } from './gate';

beforeAll(() => startI18n('en'));
afterEach(() => void vi.unstubAllGlobals());

const refuse = () =>
  Promise.resolve(new Response(JSON.stringify({ code: 'unauthenticated' }), { status: 401 }));

/** The frame in small: whoever is not signed in sees the form. */
function Door() {
  const session = useQuery(sessionQuery());
  return session.isPending ? <p>waiting</p> : <SignIn />;
}

describe('a wrong password', () => {
  it('is said at its field, keeps the email and takes the focus', async () => {
    vi.stubGlobal('fetch', vi.fn(refuse));
    render(
      <MantineProvider>
        <QueryClientProvider client={makeQueryClient()}>
          <Door />
        </QueryClientProvider>
      </MantineProvider>,
    );
    await userEvent.type(await screen.findByRole('textbox', { name: 'Email' }), 'ada@example.com');
    await userEvent.type(screen.getByLabelText(/^Password/), 'not the one');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByText('Wrong email or password.')).toBeVisible();
    await waitFor(() => expect(screen.getByLabelText(/^Password/)).toHaveFocus());
    expect(screen.getByLabelText(/^Password/)).toBeInvalid();
    expect(screen.getByRole('textbox', { name: 'Email' })).toHaveValue('ada@example.com');
  });
});
