/** Every read of the console, one factory each. Keys begin with the noun, so that a live change can name what it touches. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from './client';
import type {
  ApiToken,
  Attribute,
  Bot,
  BreakdownBy,
  BrowserSession,
  Campaign,
  CampaignDraft,
  CampaignPreview,
  Canned,
  Contact,
  ContactOrder,
  ContactPage,
  ConversationFilter,
  ConversationOrder,
  ConversationPage,
  Entry,
  Explanation,
  Expression,
  Flow,
  FlowVersion,
  Home,
  Items,
  LedgerItem,
  LinkBy,
  LinkFunnel,
  LinkItem,
  MediaPage,
  Member,
  Page,
  Phrases,
  Preview,
  Report,
  ReportBy,
  Retention,
  RetentionDays,
  RetentionPreview,
  Segment,
  Session,
  StageDraft,
  StagePreview,
  Stages,
  Tag,
  Template,
  Tester,
  ThreadEntry,
} from './types';
import { post } from './client';

const nextOf = (page: { next: string | null }) => page.next ?? undefined;
const first = undefined as string | undefined;

export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => get<Session>('/session', undefined, signal),
    staleTime: 30_000,
  });
export const botsQuery = () =>
  queryOptions({ queryKey: ['bots'], queryFn: () => get<Items<Bot>>('/bots') });
export const membersQuery = () =>
  queryOptions({ queryKey: ['members'], queryFn: () => get<Items<Member>>('/members') });
export const tokensQuery = () =>
  queryOptions({ queryKey: ['tokens'], queryFn: () => get<Items<ApiToken>>('/tokens') });
export const filesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['media'],
    queryFn: ({ pageParam, signal }) => get<MediaPage>('/media', { before: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
export const phrasesQuery = () =>
  queryOptions({
    queryKey: ['phrases'],
    queryFn: ({ signal }) => get<Phrases>('/workspace/phrases', undefined, signal),
  });
export const retentionQuery = () =>
  queryOptions({
    queryKey: ['retention'],
    queryFn: ({ signal }) => get<Retention>('/workspace/retention', undefined, signal),
  });
/** What would be gone if this were saved. */
export const retentionPreviewQuery = (days: RetentionDays) =>
  queryOptions({
    queryKey: ['retention', 'preview', days],
    queryFn: () => post<RetentionPreview>('/workspace/retention/preview', days),
    placeholderData: keepPreviousData,
    retry: false,
  });
export const browserSessionsQuery = () =>
  queryOptions({ queryKey: ['sessions'], queryFn: () => get<Items<BrowserSession>>('/sessions') });

export const homeQuery = (botId: number, days: number) =>
  queryOptions({
    queryKey: ['home', botId, days],
    queryFn: ({ signal }) => get<Home>('/home', { bot_id: botId, days }, signal),
    placeholderData: keepPreviousData,
  });

export interface ContactsAsk {
  botId: number;
  expression?: Expression;
  q?: string;
  order?: ContactOrder;
  limit?: number;
}
export const contactsQuery = ({ botId, expression, q, order, limit = 100 }: ContactsAsk) =>
  infiniteQueryOptions({
    queryKey: ['contacts', botId, expression ?? null, q ?? '', order ?? 'recent', limit],
    queryFn: ({ pageParam, signal }) =>
      get<ContactPage>(
        '/contacts',
        { bot_id: botId, expression, q, order, limit, cursor: pageParam },
        signal,
      ),
    initialPageParam: first,
    getNextPageParam: nextOf,
    placeholderData: keepPreviousData,
  });
/** A few people for a search box. */
export const contactSearchQuery = (botId: number, q: string) =>
  queryOptions({
    queryKey: ['contact-search', botId, q],
    queryFn: ({ signal }) => get<ContactPage>('/contacts', { bot_id: botId, q, limit: 6 }, signal),
    enabled: q.trim().length > 0,
    placeholderData: keepPreviousData,
  });
export const contactQuery = (id: number) =>
  queryOptions({
    queryKey: ['contact', id],
    queryFn: ({ signal }) => get<Contact>(`/contacts/${id}`, undefined, signal),
  });
export const timelineQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Entry>>(`/contacts/${id}/timeline`, { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
export const explainQuery = (id: number, expression: Expression) =>
  queryOptions({
    queryKey: ['explain', id, expression],
    queryFn: ({ signal }) => get<Explanation>(`/contacts/${id}/explain`, { expression }, signal),
    retry: false,
  });

export const tagsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['tags', botId],
    queryFn: () => get<Items<Tag>>('/tags', { bot_id: botId }),
  });
export const segmentsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['segments', botId],
    queryFn: () => get<Page<Segment>>('/segments', { bot_id: botId, limit: 500 }),
  });
export const segmentQuery = (id: number) =>
  queryOptions({ queryKey: ['segment', id], queryFn: () => get<Segment>(`/segments/${id}`) });
export const previewQuery = (botId: number, expression: Expression, breakdown?: BreakdownBy) =>
  queryOptions({
    queryKey: ['preview', botId, expression, breakdown ?? null],
    queryFn: () => post<Preview>('/segments/preview', { bot_id: botId, expression, breakdown }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  });
export const stagesQuery = (botId: number) =>
  queryOptions({
    queryKey: ['stages', botId],
    queryFn: () => get<Stages>('/stages', { bot_id: botId }),
  });
export const stagePreviewQuery = (botId: number, stages: StageDraft[]) =>
  queryOptions({
    queryKey: ['stage-preview', botId, stages],
    queryFn: () => post<StagePreview>('/stages/preview', { bot_id: botId, stages }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const flowsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['flows', botId],
    queryFn: () => get<Items<Flow>>('/flows', { bot_id: botId }),
  });
export const flowQuery = (id: number) =>
  queryOptions({ queryKey: ['flow', id], queryFn: () => get<Flow>(`/flows/${id}`) });
export const flowVersionsQuery = (id: number) =>
  queryOptions({
    queryKey: ['flow-versions', id],
    queryFn: () => get<Items<FlowVersion>>(`/flows/${id}/versions`),
  });

/** The first page of a list; it alone follows live changes, further pages are read as they are scrolled to. */
export const firstConversationsQuery = (
  botId: number,
  filter: ConversationFilter,
  q: string,
  order: ConversationOrder,
  limit: number,
) =>
  queryOptions({
    // Without the limit: the same page, of which more is read once more of it is shown.
    queryKey: ['conversations', botId, filter, q, order],
    queryFn: ({ signal }) =>
      get<ConversationPage>('/conversations', { bot_id: botId, filter, q, order, limit }, signal),
  });
/** The sidebar's figure of who waits; one small page. */
export const conversationCountsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['conversations', botId, 'counts'],
    queryFn: () =>
      get<ConversationPage>('/conversations', { bot_id: botId, filter: 'open', limit: 1 }),
    select: (page) => page.counts,
  });
export const threadQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['thread', id],
    queryFn: ({ pageParam, signal }) =>
      get<Page<ThreadEntry>>(
        `/conversations/${id}/messages`,
        { cursor: pageParam, limit: 60 },
        signal,
      ),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
export const attributesQuery = () =>
  queryOptions({
    queryKey: ['attributes'],
    queryFn: () => get<Items<Attribute>>('/attributes'),
    staleTime: 60_000,
  });
export const cannedQuery = () =>
  queryOptions({ queryKey: ['canned'], queryFn: () => get<Items<Canned>>('/canned') });

export const campaignsQuery = (botId: number, status?: string) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', botId, status ?? ''],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Campaign>>(
        '/campaigns',
        { bot_id: botId, status, cursor: pageParam, limit: 50 },
        signal,
      ),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
export const campaignQuery = (id: number) =>
  queryOptions({
    queryKey: ['campaign', id],
    queryFn: ({ signal }) => get<Campaign>(`/campaigns/${id}`, undefined, signal),
  });
export const campaignPreviewQuery = ({ bot_id, audience, held_out_percent }: CampaignDraft) =>
  queryOptions({
    queryKey: ['campaign-preview', bot_id, audience, held_out_percent],
    queryFn: () =>
      post<CampaignPreview>('/campaigns/preview', { bot_id, audience, held_out_percent }),
    placeholderData: keepPreviousData,
    retry: false,
  });
export const ledgerQuery = (id: number, outcome: string, button: string) =>
  infiniteQueryOptions({
    queryKey: ['ledger', id, outcome, button],
    queryFn: ({ pageParam, signal }) =>
      get<Page<LedgerItem>>(
        `/campaigns/${id}/ledger`,
        { outcome, button, cursor: pageParam, limit: 100 },
        signal,
      ),
    initialPageParam: first,
    getNextPageParam: nextOf,
    placeholderData: keepPreviousData,
  });
export const reportQuery = (id: number, by: ReportBy) =>
  queryOptions({
    queryKey: ['report', id, by],
    queryFn: ({ signal }) => get<Report>(`/campaigns/${id}/report`, { by }, signal),
    placeholderData: keepPreviousData,
  });
export const linksQuery = (botId: number) =>
  queryOptions({
    queryKey: ['links', botId],
    queryFn: ({ signal }) => get<Items<LinkItem>>('/links', { bot_id: botId }, signal),
  });
export const linkFunnelQuery = (id: number, botId: number, days: number, by: LinkBy) =>
  queryOptions({
    queryKey: ['link', id, botId, days, by],
    queryFn: ({ signal }) =>
      get<LinkFunnel>(`/links/${id}/funnel`, { bot_id: botId, days, by }, signal),
    placeholderData: keepPreviousData,
  });
export const testersQuery = (botId: number) =>
  queryOptions({
    queryKey: ['testers', botId],
    queryFn: () => get<Items<Tester>>(`/bots/${botId}/testers`),
  });
export const templatesQuery = () =>
  queryOptions({
    queryKey: ['templates'],
    queryFn: () => get<Page<Template>>('/templates', { order: 'results', limit: 500 }),
  });
