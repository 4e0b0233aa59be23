/** Tags, attributes, stages and segments. */
import type { Segment } from '@/api/types';
import { found, on, problem } from './on';
import { matching, now, sources, stageNames, tags, type Person } from './people';
import { segments, stages, tagList } from './records';

/** As the server tells days of silence apart: at most one day, at most two, and all beyond sixty. */
const daysSince = (at: number) => Math.min(60, Math.max(0, Math.ceil((now - at) / 86_400_000) - 1));

export const audience = [
  on('get', '/tags').answers(() => ({ items: tagList })),
  on('get', '/attributes').answers(() => ({
    items: [
      { key: 'last_book', kind: 'text', mixed: false, counts: { bool: 0, number: 0, text: 230 } },
      { key: 'plan', kind: 'text', mixed: false, counts: { bool: 0, number: 0, text: 412 } },
      { key: 'spent', kind: null, mixed: true, counts: { bool: 0, number: 96, text: 18 } },
    ],
  })),
  on('post', '/attributes/unify').answers(() => ({
    people: 114,
    changed: 17,
    misfit_count: 1,
    misfits: [{ contact_id: 1, value: 'n/a' }],
  })),
  on('get', '/stages').answers(() => ({ items: stages, version: 1 })),
  on('post', '/stages/preview').answers(() => ({
    items: stages.map((stage) => ({
      name: stage.name,
      count: stage.count + 40,
      before: stage.count,
    })),
    moves: [{ from: 'active', to: 'cooling', count: 233 }],
  })),
  on('get', '/segments').answers(() => ({ items: segments, next: null })),
  on('get', '/segments/{id}').answers(({ id }) => {
    const segment = found(segments, id);
    return segment ? segment : problem(404, 'not_found', 'no such segment');
  }),
  on('post', '/segments').answers(async ({ body }) => {
    const asked = await body();
    const segment: Segment = {
      ...segments[0]!,
      ...asked,
      description: asked.description ?? '',
      id: segments.length + 1,
      used_by: [],
      count: matching(asked.expression).length,
      version: 1,
    };
    segments.push(segment);
    return segment;
  }, 201),
  on('patch', '/segments/{id}').answers(async ({ id, body }) => {
    const segment = found(segments, id)!;
    Object.assign(segment, await body(), { version: segment.version + 1 });
    return segment;
  }),
  on('post', '/segments/preview').answers(async ({ body }) => {
    const asked = await body();
    const all = matching(asked.expression);
    const groups = (keys: readonly string[], has: (person: Person, key: string) => boolean) =>
      keys
        .map((key) => ({
          key,
          name: key.slice(key.indexOf('=') + 1),
          count: all.filter((person) => has(person, key)).length,
        }))
        .filter((each) => each.count > 0);
    const by = {
      stage: () => groups(stageNames, (person, key) => person.stage?.name === key),
      // A link has a channel and a UTM source of its own, so one person's source has several fields.
      source: () =>
        groups(
          sources
            .filter((source) => source !== '')
            .flatMap((source) => [`link=${source}`, `utm_source=${source.split('-')[0]}`]),
          (person, key) =>
            key === `link=${person.source}` ||
            (person.source !== '' && key === `utm_source=${person.source.split('-')[0]}`),
        ),
      language: () =>
        groups(['en', 'zh', 'pt', 'de', 'tr', 'es'], (person, key) => person.language === key),
      silence: () =>
        Array.from({ length: 61 }, (_, day) => ({
          key: String(day),
          name: String(day),
          count: all.filter(({ last_interaction_at: at }) => at !== null && daysSince(at) === day)
            .length,
        })),
      tag: () =>
        groups(
          tags.map((tag) => tag.name),
          (person, key) => person.tags.some((tag) => tag.name === key),
        ),
    };
    const reachable = all.filter((person) => person.reachable).length;
    const without: Record<string, number> = {};
    if (asked.breakdown === 'source') {
      without.link = all.filter((person) => person.source === '').length;
      without.utm_source = without.link;
    }
    return {
      count: all.length,
      reachable,
      left_out: all.length - reachable,
      sample: all.slice(0, 10),
      took_us: 900,
      breakdown: asked.breakdown ? by[asked.breakdown]() : [],
      without,
      number: 1,
    };
  }),
];
