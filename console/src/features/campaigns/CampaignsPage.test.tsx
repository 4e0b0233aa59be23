import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { campaigns, on, openPage, pageOf, problem, report, withServer } from '@/test/page';

const server = withServer();

/** Campaigns that are over, each of which sent another number. */
const over = [30, 100, 20].map((sent, at) => ({
  ...campaigns[2]!,
  id: 50 + at,
  name: `Sent ${sent}`,
  counts: { ...campaigns[2]!.counts, sent },
}));

const findResults = async () => within(await screen.findByRole('region', { name: 'Results' }));
type Results = Awaited<ReturnType<typeof findResults>>;
const namesIn = (results: Results) =>
  results.getAllByRole('link', { name: /^Sent / }).map((each) => each.textContent);

/** The report of each, in which the more replied the more were sent. */
const told = (id: number) => {
  const campaign = over.find((each) => each.id === id) ?? campaigns[2]!;
  const whole = report(campaign);
  return { ...whole, replied: { ...whole.replied, share: campaign.counts.sent / 1000 } };
};

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
  it('stand still when a campaign starts whose report is not there yet', async () => {
    const started = { ...campaigns[0]!, id: 60, name: 'Just started' };
    let arrive = () => {};
    const late = new Promise<void>((resolve) => (arrive = resolve));
    let all = over;
    server.use(
      on('get', '/campaigns').answers(({ query }) => pageOf(all, query)),
      on('get', '/campaigns/{id}/report').answers(async ({ id }) => {
        if (id === started.id) await late;
        return told(id);
      }),
    );
    const { client } = openPage('/campaigns?sort=-replied');
    const results = await findResults();
    const order = ['Sent 100', 'Sent 30', 'Sent 20'];
    await waitFor(() => expect(namesIn(results)).toEqual(order));
    all = [started, { ...over[0]!, id: 61, name: 'Sent 50' }, ...over];
    await act(() => client.invalidateQueries({ queryKey: ['campaigns'] }));
    expect(await screen.findByRole('link', { name: /Just started/ })).toBeVisible();
    expect(namesIn(results)).toEqual(order);
    expect(await screen.findByRole('button', { name: /updated/ })).toBeVisible();
    arrive();
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(namesIn(results)).toEqual(order);
    expect(screen.getByRole('button', { name: /updated/ })).toBeVisible();
  });
  it('stand in order where a report fails, which is said, that campaign last until it is there', async () => {
    server.use(
      on('get', '/campaigns').answers(({ query }) => pageOf(over, query)),
      on('get', '/campaigns/{id}/report').answers(({ id }) =>
        id === 51 ? problem(404, 'not_found', 'no such report') : told(id),
      ),
    );
    openPage('/campaigns?sort=-replied');
    const results = await findResults();
    expect(await results.findByRole('alert')).toBeVisible();
    await waitFor(() => expect(namesIn(results)).toEqual(['Sent 30', 'Sent 20', 'Sent 100']));
    server.use(on('get', '/campaigns/{id}/report').answers(({ id }) => told(id)));
    await userEvent.click(results.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(namesIn(results)).toEqual(['Sent 100', 'Sent 30', 'Sent 20']));
    expect(results.queryByRole('alert')).toBeNull();
  });
  it.each(['/campaigns', '/campaigns?sort=-sent'])(
    'ask once for a page that fails, until the reader tries again: %s',
    async (address) => {
      let asked = 0;
      let isBroken = true;
      server.use(
        on('get', '/campaigns').answers(({ query }) => {
          const cursor = query.get('cursor') ?? '0';
          if (cursor === '2') asked += 1;
          return cursor === '2' && isBroken
            ? problem(422, 'invalid', 'no such page')
            : pageOf(over, new URLSearchParams({ cursor, limit: cursor === '0' ? '2' : '1' }));
        }),
      );
      const { client } = openPage(address);
      const results = await findResults();
      expect(await screen.findByRole('alert')).toHaveTextContent('Could not load campaigns.');
      // It is drawn anew, in the other order.
      await userEvent.click(results.getByRole('button', { name: 'Campaign' }));
      await waitFor(() => expect(namesIn(results)).toEqual(['Sent 100', 'Sent 30']));
      await waitFor(() => expect(client.isFetching()).toBe(0));
      expect(asked).toBe(1);
      isBroken = false;
      await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
      await waitFor(() => expect(namesIn(results)).toEqual(['Sent 100', 'Sent 20', 'Sent 30']));
      expect(screen.queryByRole('alert')).toBeNull();
    },
  );
  it('are duplicated where they stand', async () => {
    openPage('/campaigns');
    await userEvent.click(await screen.findByRole('button', { name: 'Duplicate Flash sale' }));
    await waitFor(() => expect(window.location.pathname).toMatch(/^\/campaigns\/\d+$/));
    // In the bar on a wide screen, above the steps on a phone.
    expect((await screen.findAllByDisplayValue('Flash sale, copy')).length).toBeGreaterThan(0);
  });
});
