import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { on, openPage, withServer } from '@/test/page';

const server = withServer();

describe('the people of a move', () => {
  it('have a way back, and a title without gaps while the stages are on their way', async () => {
    server.use(on('get', '/home').answers(() => new Promise(() => undefined)));
    openPage('/moved?from=1&to=2&days=7');
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(/^Who moved$/);
    const bar = screen.getByRole('heading', { level: 1 }).closest('header')!;
    expect(within(bar).getByRole('link', { name: 'Home' })).toHaveAttribute('href', '/');
  });
  it('are titled with the stages', async () => {
    openPage('/moved?from=1&to=2&days=7');
    expect(await screen.findByRole('heading', { name: /^Moved from \S+ to \S+$/ })).toBeVisible();
  });
});
