/** Conversations. */
import { on, pageOf } from './on';
import { canned, conversations, threadOf } from './records';

const conversationOf = (id: number) =>
  conversations.find((each) => each.contact.id === id) ?? conversations[0]!;

export const talking = [
  on('get', '/conversations').answers(({ query }) => {
    const filter = query.get('filter') ?? 'open';
    const all = conversations.filter((each) =>
      filter === 'closed'
        ? each.status === 'closed'
        : filter === 'all'
          ? true
          : each.status === 'open' &&
            (filter === 'mine'
              ? each.assignee?.id === 1
              : filter === 'unassigned'
                ? !each.assignee
                : true),
    );
    const waiting = all
      .filter((each) => each.waiting_since !== null)
      .sort((a, b) => (a.waiting_since ?? 0) - (b.waiting_since ?? 0));
    return {
      ...pageOf(query.get('order') === 'waiting' ? waiting : all, query),
      counts: { mine: 14, unassigned: 26, open: 40, closed: 20 },
    };
  }),
  on('get', '/conversations/{id}/messages').answers(({ id }) => ({
    items: threadOf(id),
    next: null,
  })),
  on('post', '/conversations/{id}/messages').answers(async ({ id, body }) => {
    const { message } = await body();
    return {
      ...threadOf(id)[0]!,
      id: `message-${Date.now()}`,
      at: Date.now(),
      from: 'agent',
      text: message.text ?? '',
      by: { id: 1, name: 'Mira Kovač' },
      state: 'pending',
    };
  }, 202),
  ...(['close', 'open', 'read'] as const).map((verb) =>
    on('post', `/conversations/{id}/${verb}`).answers(({ id }) => conversationOf(id)),
  ),
  on('post', '/conversations/{id}/assign').answers(({ id }) => conversationOf(id)),
  // The mocks are written with entities; markup is the server's to read.
  on('post', '/messages/read').answers(async ({ body }) => {
    const { texts } = await body();
    return { items: texts.map(({ text }) => ({ text, entities: [], fault: null })) };
  }),
  on('get', '/canned').answers(() => ({ items: canned })),
];
