import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { campaigns, on, openPage, pageOf, withServer } from '@/test/page';

const server = withServer();

/** Campaigns that are over, each of which sent another number. */
const over = [30, 100, 20].map((sent, at) => ({
  ...campaigns[2]!,
  id: 50 + at,
  name: `Sent ${sent}`,
  counts: { ...campaigns[2]!.counts, sent },
}));

describe('the results of campaigns', () => {
  it('say in words, not by colour alone, whether a lift is clear', async () => {
    openPage('/campaigns');
    const results = within(await screen.findByRole('region', { name: 'Results' }));
    expect((await results.findAllByText('(may be chance)'))[0]).toHaveClass('unseen');
  });
  it('are sorted over all pages, by the numbers and not by their letters', async () => {
    const answer = ({ query }: { query: URLSearchParams }) => {
      const [cursor, one] = [query.get('cursor') ?? '0', '1'];
      return pageOf(over, new URLSearchParams({ cursor, limit: one }));
    };
    server.use(on('get', '/campaigns').answers(answer));
    openPage('/campaigns?sort=-sent');
    const results = within(await screen.findByRole('region', { name: 'Results' }));
    await waitFor(() =>
      expect(
        results.getAllByRole('link', { name: /^Sent / }).map((each) => each.textContent),
      ).toEqual(['Sent 100', 'Sent 30', 'Sent 20']),
    );
    await userEvent.click(results.getByRole('button', { name: 'Sent' }));
    expect(results.getByRole('columnheader', { name: 'Sent' })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
    expect(results.getAllByRole('link', { name: /^Sent / })[0]).toHaveTextContent('Sent 20');
  });
  it('are duplicated where they stand', async () => {
    openPage('/campaigns');
    await userEvent.click(await screen.findByRole('button', { name: 'Duplicate Flash sale' }));
    await waitFor(() => expect(window.location.pathname).toMatch(/^\/campaigns\/\d+$/));
    // In the bar on a wide screen, above the steps on a phone.
    expect((await screen.findAllByDisplayValue('Flash sale, copy')).length).toBeGreaterThan(0);
  });
});
