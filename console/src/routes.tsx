/** The map of the console: every address, what its search may hold, and the page that is loaded when it is visited. */
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { isExpression } from '@/api/expressions';
import type {
  ContactOrder,
  ConversationFilter,
  ConversationOrder,
  Expression,
  LinkBy,
  ReportBy,
} from '@/api/types';
import { type By as SegmentBy, byOf } from '@/features/segments/by';
import { Frame, NotFound, PageError } from '@/frame/Frame';
import { SetupPage } from '@/frame/gate';

type Raw = Record<string, unknown>;
const text = (value: unknown) =>
  typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined;
const whole = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) ? value : undefined;
const oneOf = <T extends string>(value: unknown, choices: readonly T[]) =>
  choices.find((choice) => choice === value);
const expression = (value: unknown): Expression | undefined =>
  isExpression(value) ? value : undefined;

interface RootSearch {
  bot?: number | undefined;
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  validateSearch: (raw: Raw): RootSearch => ({ bot: whole(raw.bot) }),
  search: { middlewares: [retainSearchParams(['bot'])] },
  notFoundComponent: NotFound,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup/$token',
  component: SetupPage,
});
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  errorComponent: PageError,
  notFoundComponent: NotFound,
});

/** What no page is at is said inside the frame: the way on stays in sight. */
const nowhere = createRoute({ getParentRoute: () => frame, path: '$', component: NotFound });

/** A number, or the word for one that is being made. */
const idOrNew = (value: string): number | 'new' => (value === 'new' ? 'new' : Number(value));

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  validateSearch: (raw: Raw): { days?: 7 | 30 | 90 | undefined } => ({
    days: raw.days === 30 ? 30 : raw.days === 90 ? 90 : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/home/HomePage')),
});

const moved = createRoute({
  getParentRoute: () => frame,
  path: '/moved',
  validateSearch: (
    raw: Raw,
  ): { from?: number | undefined; to?: number | undefined; days?: number | undefined } => ({
    from: whole(raw.from),
    to: whole(raw.to),
    days: whole(raw.days),
  }),
  component: lazyRouteComponent(() => import('@/features/home/MovedPage')),
});

const inbox = createRoute({
  getParentRoute: () => frame,
  path: '/inbox',
  validateSearch: (
    raw: Raw,
  ): {
    filter?: ConversationFilter | undefined;
    order?: ConversationOrder | undefined;
    q?: string | undefined;
    c?: number | undefined;
    pane?: 'profile' | undefined;
  } => ({
    filter: oneOf(raw.filter, ['mine', 'unassigned', 'open', 'closed', 'all']),
    order: oneOf(raw.order, ['latest', 'waiting']),
    q: text(raw.q),
    c: whole(raw.c),
    pane: oneOf(raw.pane, ['profile']),
  }),
  component: lazyRouteComponent(() => import('@/features/inbox/InboxPage')),
});

const contacts = createRoute({
  getParentRoute: () => frame,
  path: '/contacts',
  validateSearch: (
    raw: Raw,
  ): {
    e?: Expression | undefined;
    q?: string | undefined;
    order?: ContactOrder | undefined;
    drawer?: 'import' | undefined;
  } => ({
    e: expression(raw.e),
    q: text(raw.q),
    order: oneOf(raw.order, ['recent', 'first_seen', 'name']),
    drawer: oneOf(raw.drawer, ['import']),
  }),
  component: lazyRouteComponent(() => import('@/features/contacts/ContactsPage')),
});
const contact = createRoute({
  getParentRoute: () => frame,
  path: '/contacts/$contactId',
  params: {
    parse: (params) => ({ contactId: Number(params.contactId) }),
    stringify: (params) => ({ contactId: String(params.contactId) }),
  },
  validateSearch: (raw: Raw): { kind?: string | undefined } => ({ kind: text(raw.kind) }),
  component: lazyRouteComponent(() => import('@/features/contacts/PersonPage')),
});

const segments = createRoute({
  getParentRoute: () => frame,
  path: '/segments',
  component: lazyRouteComponent(() => import('@/features/segments/SegmentsPage')),
});
const segment = createRoute({
  getParentRoute: () => frame,
  path: '/segments/$segmentId',
  params: {
    parse: (params) => ({ segmentId: idOrNew(params.segmentId) }),
    stringify: (params) => ({ segmentId: String(params.segmentId) }),
  },
  validateSearch: (
    raw: Raw,
  ): {
    e?: Expression | undefined;
    name?: string | undefined;
    person?: number | undefined;
    by?: SegmentBy | undefined;
  } => ({
    e: expression(raw.e),
    name: text(raw.name),
    person: whole(raw.person),
    by: byOf(raw.by),
  }),
  component: lazyRouteComponent(() => import('@/features/segments/SegmentPage')),
});

const stages = createRoute({
  getParentRoute: () => frame,
  path: '/stages',
  component: lazyRouteComponent(() => import('@/features/stages/StagesPage')),
});
const tags = createRoute({
  getParentRoute: () => frame,
  path: '/tags',
  validateSearch: (raw: Raw): { q?: string | undefined; tag?: number | undefined } => ({
    q: text(raw.q),
    tag: whole(raw.tag),
  }),
  component: lazyRouteComponent(() => import('@/features/tags/TagsPage')),
});

const campaigns = createRoute({
  getParentRoute: () => frame,
  path: '/campaigns',
  validateSearch: (raw: Raw): { sort?: string | undefined } => ({ sort: text(raw.sort) }),
  component: lazyRouteComponent(() => import('@/features/campaigns/CampaignsPage')),
});
const campaign = createRoute({
  getParentRoute: () => frame,
  path: '/campaigns/$campaignId',
  params: {
    parse: (params) => ({ campaignId: idOrNew(params.campaignId) }),
    stringify: (params) => ({ campaignId: String(params.campaignId) }),
  },
  validateSearch: (
    raw: Raw,
  ): {
    audience?: Expression | undefined;
    template?: number | undefined;
    by?: ReportBy | undefined;
    outcome?: string | undefined;
    button?: string | undefined;
  } => ({
    audience: expression(raw.audience),
    template: whole(raw.template),
    by: oneOf(raw.by, ['stage', 'segment', 'tag', 'source']),
    outcome: text(raw.outcome),
    button: text(raw.button),
  }),
  component: lazyRouteComponent(() => import('@/features/campaigns/CampaignPage')),
});

const links = createRoute({
  getParentRoute: () => frame,
  path: '/links',
  validateSearch: (raw: Raw): { drawer?: 'new' | undefined; show?: 'archived' | undefined } => ({
    drawer: oneOf(raw.drawer, ['new']),
    show: oneOf(raw.show, ['archived']),
  }),
  component: lazyRouteComponent(() => import('@/features/links/LinksPage')),
});
const link = createRoute({
  getParentRoute: () => frame,
  path: '/links/$linkId',
  params: {
    parse: (params) => ({ linkId: Number(params.linkId) }),
    stringify: (params) => ({ linkId: String(params.linkId) }),
  },
  validateSearch: (
    raw: Raw,
  ): { days?: 7 | 90 | undefined; by?: LinkBy | undefined; drawer?: 'edit' | undefined } => ({
    days: raw.days === 7 ? 7 : raw.days === 90 ? 90 : undefined,
    by: oneOf(raw.by, ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content']),
    drawer: oneOf(raw.drawer, ['edit']),
  }),
  component: lazyRouteComponent(() => import('@/features/links/LinkPage')),
});
const templates = createRoute({
  getParentRoute: () => frame,
  path: '/templates',
  component: lazyRouteComponent(() => import('@/features/templates/TemplatesPage')),
});
const flows = createRoute({
  getParentRoute: () => frame,
  path: '/flows',
  component: lazyRouteComponent(() => import('@/features/flows/FlowsPage')),
});
const flow = createRoute({
  getParentRoute: () => frame,
  path: '/flows/$flowId',
  params: {
    parse: (params) => ({ flowId: Number(params.flowId) }),
    stringify: (params) => ({ flowId: String(params.flowId) }),
  },
  validateSearch: (raw: Raw): { node?: string | undefined; version?: number | undefined } => ({
    node: text(raw.node),
    version: whole(raw.version),
  }),
  component: lazyRouteComponent(() => import('@/features/flows/FlowPage')),
});
const reports = createRoute({
  getParentRoute: () => frame,
  path: '/reports',
  validateSearch: (
    raw: Raw,
  ): {
    of?: 'links' | 'flows' | undefined;
    days?: 30 | 365 | undefined;
    sort?: string | undefined;
  } => ({
    of: oneOf(raw.of, ['links', 'flows']),
    days: raw.days === 30 ? 30 : raw.days === 365 ? 365 : undefined,
    sort: text(raw.sort),
  }),
  component: lazyRouteComponent(() => import('@/features/reports/ReportsPage')),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/features/settings/SettingsPage')),
});
const files = createRoute({
  getParentRoute: () => frame,
  path: '/settings/files',
  component: lazyRouteComponent(() => import('@/features/settings/FilesPage')),
});
const phrases = createRoute({
  getParentRoute: () => frame,
  path: '/settings/phrases',
  component: lazyRouteComponent(() => import('@/features/settings/PhrasesPage')),
});
const retention = createRoute({
  getParentRoute: () => frame,
  path: '/settings/retention',
  component: lazyRouteComponent(() => import('@/features/settings/RetentionPage')),
});

const tree = root.addChildren([
  setup,
  frame.addChildren([
    nowhere,
    home,
    moved,
    inbox,
    contacts,
    contact,
    segments,
    segment,
    stages,
    tags,
    campaigns,
    campaign,
    links,
    link,
    templates,
    flows,
    flow,
    reports,
    settings,
    files,
    phrases,
    retention,
  ]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: PageError,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
