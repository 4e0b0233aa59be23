/** Flows. */
import { found, on, problem } from './on';
import { now } from './people';
import { flows } from './records';

export const flowing = [
  on('get', '/flows').answers(() => ({ items: flows, next: null })),
  on('get', '/flows/{id}').answers(
    ({ id }) => found(flows, id) ?? problem(404, 'not_found', 'no such flow'),
  ),
  on('patch', '/flows/{id}').answers(async ({ id, body }) => {
    const flow = found(flows, id)!;
    const asked = await body();
    Object.assign(flow, {
      name: asked.name ?? flow.name,
      draft: asked.graph ?? flow.draft,
      draft_changed: true,
      edit_version: flow.edit_version + 1,
    });
    return flow;
  }),
  on('post', '/flows/{id}/publish').answers(({ id }) => {
    const flow = found(flows, id)!;
    Object.assign(flow, {
      published: flow.draft,
      status: 'published',
      draft_changed: false,
      version: (flow.version ?? 0) + 1,
    });
    return flow;
  }),
  on('post', '/flows/{id}/stop').answers(({ id }) =>
    Object.assign(found(flows, id)!, { status: 'stopped' }),
  ),
  on('get', '/flows/{id}/versions').answers(() => ({
    items: [{ version: 7, published_at: now - 3e8, graph: flows[0]!.draft }],
  })),
];
