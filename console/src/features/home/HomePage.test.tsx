import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { home, on, openPage, session, withServer } from '@/test/page';

const server = withServer();

/** Thirty days of 2 people each, of which the last seven have 5; and the seven alone, as the server tells them. */
const told = (days: number) => {
  const all = home(30).joined.map((each, at) => ({ ...each, count: at < 23 ? 2 : 5 }));
  return { ...home(days), joined: all.slice(-days) };
};

describe('the first page', () => {
  it('tells a sum beside that of the time before, and the value of each day to the keyboard', async () => {
    server.use(on('get', '/home').answers(({ query }) => told(Number(query.get('days') ?? 7))));
    openPage('/');
    const joined = within(await screen.findByRole('region', { name: 'Joined' }));
    expect(await joined.findByText(', 14 before')).toBeVisible();
    expect(joined.getByRole('link', { name: '35' })).toBeVisible();
    const days = joined.getAllByRole('link', { name: /: [25]$/ });
    expect(days).toHaveLength(30);
    // One stop of the Tab key; the arrows lead from day to day.
    expect(days.filter((day) => day.getAttribute('tabindex') === '0')).toEqual([days.at(-1)]);
    days.at(-1)!.focus();
    await userEvent.keyboard('{Home}');
    expect(days[0]).toHaveFocus();
    await userEvent.keyboard('{ArrowLeft}{ArrowRight}');
    expect(days[1]).toHaveFocus();
    expect(joined.getByText(days[1]!.getAttribute('aria-label')!)).toHaveClass('home-chart-value');
  });
  it('says nothing of a time before that nobody knows', async () => {
    openPage('/?days=90');
    const joined = within(await screen.findByRole('region', { name: 'Joined' }));
    expect(joined.queryByText(/before/)).toBeNull();
  });
  it('compares no blocks with those before, since each person is told once, on the day of the latest', async () => {
    openPage('/');
    const joined = within(await screen.findByRole('region', { name: 'Joined' }));
    expect(await joined.findByText(/ before$/)).toBeVisible();
    const blocked = within(screen.getByRole('region', { name: 'Blocked' }));
    expect(blocked.queryByText(/before/)).toBeNull();
    expect(blocked.getAllByRole('link', { name: /: \d+$/ })).toHaveLength(7);
  });
  it('opens as many conversations without an assignee as it says, waiting or not', async () => {
    openPage('/');
    const next = within(await screen.findByRole('region', { name: 'Do next' }));
    expect(await next.findByText('Conversations without an assignee')).toBeVisible();
    const asked = new URL(
      (await next.findByRole<HTMLAnchorElement>('link', { name: 'Open inbox' })).href,
    ).searchParams;
    expect(Object.fromEntries(asked)).toEqual({ filter: 'unassigned', order: 'latest' });
  });
  it('shows drafts, and what else stands out than people to write to', async () => {
    openPage('/');
    const sending = within(await screen.findByRole('region', { name: 'Sending and drafts' }));
    expect(await sending.findByRole('link', { name: 'Winter preview' })).toBeVisible();
    const next = within(screen.getByRole('region', { name: 'Do next' }));
    expect(await next.findByText('google-brand brings people who stay')).toBeVisible();
    expect(next.getByRole('link', { name: 'Compare links' })).toHaveAttribute(
      'href',
      expect.stringContaining('/reports?of=links'),
    );
  });
  it('suggests to an agent only what an agent may do', async () => {
    const agent = session.roles.find(({ role }) => role === 'agent')!.rights;
    server.use(on('get', '/session').answers(() => ({ ...session, rights: agent })));
    openPage('/');
    const next = within(await screen.findByRole('region', { name: 'Do next' }));
    expect(await next.findByRole('link', { name: 'Open inbox' })).toBeVisible();
    expect(next.queryByRole('link', { name: /Message them|Save as segment/ })).toBeNull();
  });
});
