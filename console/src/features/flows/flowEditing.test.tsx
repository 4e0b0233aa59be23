import { MantineProvider } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { makeQueryClient } from '@/api/queryClient';
import type { Flow } from '@/api/types';
import { flows, on, withServer } from '@/test/page';
import { useFlowEditing } from './flowEditing';

const server = withServer();
afterEach(() => notifications.clean());
const live: Flow = { ...flows[0]!, status: 'published', draft_changed: false };
const typed = { ...live.draft, start: 'elsewhere' };

/** The editing of a flow that was stopped a moment ago, while the way back stands. */
async function stopped(change: Partial<Flow> = {}) {
  const asked: string[] = [];
  let stored = live;
  const answer = (verb: string, next: Partial<Flow>) => () => {
    asked.push(verb);
    stored = { ...stored, ...next };
    return stored;
  };
  server.use(
    on('get', '/flows/{id}').answers(answer('read', {})),
    on('patch', '/flows/{id}').answers(answer('save', { draft_changed: true })),
    on('post', '/flows/{id}/stop').answers(answer('stop', { status: 'stopped' })),
    on('post', '/flows/{id}/publish').answers(answer('publish', { status: 'published' })),
  );
  const client = makeQueryClient();
  const hook = renderHook(() => useFlowEditing(live), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          {children}
          <Notifications />
        </QueryClientProvider>
      </MantineProvider>
    ),
  });
  act(() => hook.result.current.stop.mutate());
  const undo = await screen.findByRole('button', { name: 'Undo' });
  stored = { ...stored, ...change };
  return { hook, asked, undo: () => userEvent.click(undo) };
}

describe('the way back from stopping a flow', () => {
  it('publishes what was published, and neither saves nor loses what was typed meanwhile', async () => {
    const { hook, asked, undo } = await stopped();
    act(() => hook.result.current.edit(typed));
    await undo();
    expect(await screen.findByText('Published: new runs use this version')).toBeVisible();
    expect(asked).toEqual(['stop', 'read', 'publish']);
    expect(hook.result.current.graph).toEqual(typed);
  });
  it('publishes no draft that somebody saved since, and says so', async () => {
    const { asked, undo } = await stopped({ draft_changed: true });
    await undo();
    expect(await screen.findByText(/The draft was changed since/)).toBeVisible();
    expect(asked).toEqual(['stop', 'read']);
  });
  it('leaves a flow alone that somebody published again', async () => {
    const { asked, undo } = await stopped({ status: 'published' });
    await undo();
    expect(await screen.findByText('Published: new runs use this version')).toBeVisible();
    expect(asked).toEqual(['stop', 'read']);
  });
});
