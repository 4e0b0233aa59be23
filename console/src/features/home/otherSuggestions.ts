/** What the lists of links, flows and tags and the inbox suggest, beside what the server does. */
import type { Flow, LinkItem, Tag } from '@/api/types';

/** Of fewer people a share says little. */
const PEOPLE_MIN = 30;
/** How far apart two links must be to be worth comparing. */
const RETAINED_APART = 0.1;
/** Who is lost at a step, from which share on. */
const STOPPED_MIN = 0.2;

const retained = ({ funnel }: LinkItem) => funnel.kept.count / funnel.kept_of.count;

/** The link whose people stay, and the busiest one, where it brings more of whom fewer stay. */
export function linkToCompare(links: LinkItem[]) {
  const told = links.filter(
    ({ funnel, archived_at }) => archived_at === null && funnel.kept_of.count >= PEOPLE_MIN,
  );
  const first = told[0];
  if (!first || told.length < 2) return null;
  const best = told.reduce((one, other) => (retained(other) > retained(one) ? other : one), first);
  const busiest = told.reduce(
    (one, other) => (other.funnel.starts.count > one.funnel.starts.count ? other : one),
    first,
  );
  if (best === busiest || retained(best) - retained(busiest) < RETAINED_APART) return null;
  return { best, busiest, share: retained(best), other: retained(busiest) };
}

/** The menu of a live flow at which the largest share of those who came choose nothing. */
export function stepThatLoses(flows: Flow[]) {
  const steps = flows
    .filter(({ status }) => status === 'published')
    .flatMap((flow) =>
      Object.entries(flow.published?.nodes ?? {}).flatMap(([node, { type }]) => {
        const seen = flow.nodes[node];
        if (type !== 'menu' || !seen || seen.reached < PEOPLE_MIN) return [];
        const stopped = Math.max(0, seen.reached - seen.left);
        return [{ flow, node, stopped, share: stopped / seen.reached }];
      }),
    )
    .filter(({ share }) => share >= STOPPED_MIN);
  return steps.sort((a, b) => b.share - a.share)[0] ?? null;
}

/** The tag of the most people that no segment asks for yet. */
export function tagWithoutSegment(tags: Tag[]) {
  const unused = tags.filter(
    ({ people, used_by }) =>
      people >= PEOPLE_MIN && !used_by.some(({ kind }) => kind === 'segment'),
  );
  return unused.sort((a, b) => b.people - a.people)[0] ?? null;
}
