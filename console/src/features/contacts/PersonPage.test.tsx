import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { on, openPage, pageOf, people, withServer } from '@/test/page';

const server = withServer();
const first = (fits: (person: (typeof people)[number]) => boolean) => people.find(fits)!.id;
const section = (name: string) => screen.findByRole('region', { name });

describe('the page of a person', () => {
  it('says why they are in their stage, and what comes if they do nothing', async () => {
    openPage(`/contacts/${first(({ stage }) => stage?.name === 'active')}`);
    const stage = await section('Stage');
    expect(await within(stage).findByText(/^Active, because: active within 7 days/)).toBeVisible();
    expect(stage).toHaveTextContent(/Not Churned, Customer,? or New/);
    expect(stage).toHaveTextContent(/If .+ does nothing: Cooling on .+ and Churned on/);
    expect(within(stage).getByRole('img')).toHaveAccessibleName(
      /^New from .+ Active from .+ Churned from .+, if nothing happens$/,
    );
    expect(within(stage).queryByText('last active more than 30 days ago')).toBeNull();
    await userEvent.click(within(stage).getByRole('button', { name: 'Show each rule' }));
    expect(within(stage).getByText('last active more than 30 days ago')).toBeVisible();
  });
  it('says when the rules ask again where the stages of a life cannot be told', async () => {
    server.use(
      on('get', '/contacts/{id}/stages').answers(() => ({ items: [], now: 0, until: 90 })),
    );
    openPage(`/contacts/${first(({ stage }) => stage?.name === 'active')}`);
    const stage = await section('Stage');
    expect(
      await within(stage).findByText(/This may change on .+ if nothing happens/),
    ).toBeVisible();
    expect(within(stage).queryByRole('img')).toBeNull();
  });
  it('lists the campaigns whose audience they were in, with what they did', async () => {
    openPage('/contacts/1');
    const rows = within(await section('Campaigns')).getAllByRole('listitem');
    expect(rows).toHaveLength(2);
    expect(rows[1]).toHaveTextContent('Flash saleControl groupreceived nothing, for comparison');
    expect(rows[0]).toHaveTextContent(
      'Autumn reading listSentpressed a button, replied and gained a tag by pressing',
    );
  });
  it('shows a press by the button’s text, and no token', async () => {
    openPage('/contacts/1');
    const timeline = await section('Timeline');
    expect(await within(timeline).findByText('Pressed 科技')).toBeVisible();
    expect(within(timeline).getByText('Pressed a button')).toBeVisible();
    expect(timeline).not.toHaveTextContent('f.1.7');
  });
  const entry = (kind: string, at: number) => ({
    id: `event-${at}`,
    at,
    kind,
    object: null,
    text: kind,
    by: { kind: 'person' as const, id: 1, name: null },
    data: {},
  });
  it('looks further back for a kind before it says that there is nothing of it', async () => {
    const all = [
      ...Array.from({ length: 100 }, (_, at) => entry('message', 900 - at)),
      entry('tag_added', 1),
    ];
    server.use(on('get', '/contacts/{id}/timeline').answers(({ query }) => pageOf(all, query)));
    openPage('/contacts/1?kind=tags');
    expect(await screen.findByText(/Gained a tag/)).toBeVisible();
  });
  it('reads a few pages for a kind by itself, says how far it looked, and leaves the rest to the button', async () => {
    const all = Array.from({ length: 2_000 }, (_, at) => entry('message', 3_000 - at));
    let reads = 0;
    server.use(
      on('get', '/contacts/{id}/timeline').answers(({ query }) => {
        reads += 1;
        return pageOf(all, query);
      }),
    );
    openPage('/contacts/1?kind=tags');
    expect(await screen.findByText('None among the latest 500 entries.')).toBeVisible();
    expect(reads).toBe(5);
    await userEvent.click(screen.getByRole('button', { name: 'Earlier' }));
    expect(await screen.findByText('None among the latest 600 entries.')).toBeVisible();
    expect(reads).toBe(6);
  });
});
