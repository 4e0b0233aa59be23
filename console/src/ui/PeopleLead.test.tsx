import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { LinkItem, Tag } from '@/api/types';
import { on, openPage, tagList, withServer } from '@/test/page';

const server = withServer();
const nobody = { left_out: 0, sample: [], breakdown: [], without: {} };
const preview = { ...nobody, count: 12, reachable: 12, number: 1 };

/** The questions that are asked. */
function watchQuestions() {
  const asked: unknown[] = [];
  server.use(
    on('post', '/segments/preview').answers(async ({ body }) => {
      asked.push((await body()).expression);
      return { ...preview, took_us: 1 };
    }),
  );
  return asked;
}
const tagsOf = (count: number): Tag[] =>
  Array.from({ length: count }, (_, at) => ({ ...tagList[0]!, id: at + 1, name: `tag ${at + 1}` }));

function linkOf(id: number, archived: boolean): LinkItem {
  const cameBy = { count: 4, people: { source: { link: `link ${id}` } } };
  return {
    id,
    name: `link ${id}`,
    code: `code${id}`,
    channel: '',
    url: `http://localhost/l/code${id}`,
    utm: {},
    tags: [],
    bots: [],
    created_at: 0,
    archived_at: archived ? 1 : null,
    funnel: { visits: 10, starts: cameBy, replied: cameBy, kept: cameBy, kept_of: cameBy },
    again: cameBy,
    reused: 0,
    apart: { previewers: 0, crawlers: 0, head: 0 },
  };
}

describe('the figure that a list opens with', () => {
  it('is left out where one question cannot name all', async () => {
    const asked = watchQuestions();
    server.use(on('get', '/tags').answers(() => ({ items: tagsOf(501) })));
    openPage('/tags');
    expect(await screen.findByText('tag 1')).toBeVisible();
    expect(document.querySelector('.lead-figure')).toBeNull();
    expect(asked).toEqual([]);
  });
  it('is of the links that are listed, as are their visits and their number', async () => {
    const asked = watchQuestions();
    const items = [linkOf(1, false), linkOf(2, true), linkOf(3, false)];
    server.use(on('get', '/links').answers(() => ({ items })));
    openPage('/links');
    expect(await screen.findByText('of 20 visits to 2 links')).toBeVisible();
    const came = (...ids: number[]) => ({
      any: ids.map((id) => ({ source: { link: `link ${id}` } })),
    });
    expect(await screen.findByText('12')).toHaveClass('lead-figure');
    expect(asked).toEqual([came(1, 3)]);
    await userEvent.click(screen.getByRole('button', { name: 'Show archived' }));
    expect(await screen.findByText('of 30 visits to 3 links')).toBeVisible();
    expect(asked.at(-1)).toEqual(came(1, 2, 3));
  });
});
