/** Every read of the console, one factory each. Keys begin with the noun, so that a live change can name what it touches. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get, post } from './client';
import type {
  BreakdownBy,
  Campaign,
  CampaignDraft,
  CampaignStatus,
  ContactOrder,
  ConversationFilter,
  ConversationOrder,
  Expression,
  LinkBy,
  Outcome,
  ReportBy,
  RetentionDays,
  StageDraft,
} from './types';

const nextOf = (page: { next: string | null }) => page.next ?? undefined;
const first = undefined as string | undefined;

/**
 * What was shown stays, greyed, until the answer to another question is there: but of the same bot, campaign or link
 * only, which the key names second. What belongs to another one would be a wrong figure under its name.
 */
const keepOf =
  (subject: number) =>
  <Data>(previous: Data | undefined, before?: { queryKey: readonly unknown[] }) =>
    before?.queryKey[1] === subject ? previous : undefined;

export const sessionQuery = () =>
  queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => get('/session', { signal }),
    staleTime: 30_000,
  });
export const botsQuery = () => queryOptions({ queryKey: ['bots'], queryFn: () => get('/bots') });
export const membersQuery = () =>
  queryOptions({ queryKey: ['members'], queryFn: () => get('/members') });
export const tokensQuery = () =>
  queryOptions({ queryKey: ['tokens'], queryFn: () => get('/tokens') });
export const filesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['media'],
    queryFn: ({ pageParam, signal }) =>
      get('/media', { params: { query: { before: pageParam } }, signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
export const phrasesQuery = () =>
  queryOptions({
    queryKey: ['phrases'],
    queryFn: ({ signal }) => get('/workspace/phrases', { signal }),
  });
export const retentionQuery = () =>
  queryOptions({
    queryKey: ['retention'],
    queryFn: ({ signal }) => get('/workspace/retention', { signal }),
  });
/** What would be gone if this were saved. */
export const retentionPreviewQuery = (days: RetentionDays) =>
  queryOptions({
    queryKey: ['retention', 'preview', days],
    queryFn: () => post('/workspace/retention/preview', { body: days }),
    placeholderData: keepPreviousData,
    retry: false,
  });
export const browserSessionsQuery = () =>
  queryOptions({ queryKey: ['sessions'], queryFn: () => get('/sessions') });

export const homeQuery = (botId: number, days: number) =>
  queryOptions({
    queryKey: ['home', botId, days],
    queryFn: ({ signal }) => get('/home', { params: { query: { bot_id: botId, days } }, signal }),
    placeholderData: keepOf(botId),
  });

export interface MovedAsk {
  botId: number;
  /** Ids of stages. */
  from: number;
  to: number;
  days: number;
}
export const movedQuery = ({ botId, from, to, days }: MovedAsk) =>
  infiniteQueryOptions({
    queryKey: ['moved', botId, from, to, days],
    queryFn: ({ pageParam, signal }) =>
      get('/moves', {
        params: {
          query: {
            bot_id: botId,
            from_stage: from,
            to_stage: to,
            days,
            limit: 100,
            cursor: pageParam,
          },
        },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
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
      get('/contacts', {
        params: {
          query: {
            bot_id: botId,
            ...(expression ? { expression: JSON.stringify(expression) } : {}),
            q,
            order,
            limit,
            cursor: pageParam,
          },
        },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
    placeholderData: keepOf(botId),
  });
/** A few people for a search box. */
export const contactSearchQuery = (botId: number, q: string) =>
  queryOptions({
    queryKey: ['contact-search', botId, q],
    queryFn: ({ signal }) =>
      get('/contacts', { params: { query: { bot_id: botId, q, limit: 6 } }, signal }),
    enabled: q.trim().length > 0,
    placeholderData: keepOf(botId),
  });
export const contactQuery = (id: number) =>
  queryOptions({
    queryKey: ['contact', id],
    queryFn: ({ signal }) => get('/contacts/{id}', { params: { path: { id } }, signal }),
  });
export const timelineQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam, signal }) =>
      get('/contacts/{id}/timeline', {
        params: { path: { id }, query: { cursor: pageParam, limit: 100 } },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
export const visitsQuery = (id: number) =>
  queryOptions({
    queryKey: ['contact', id, 'visits'],
    queryFn: ({ signal }) => get('/contacts/{id}/visits', { params: { path: { id } }, signal }),
  });
export const contactCampaignsQuery = (id: number) =>
  queryOptions({
    queryKey: ['contact', id, 'campaigns'],
    queryFn: ({ signal }) => get('/contacts/{id}/campaigns', { params: { path: { id } }, signal }),
  });
export const lifeQuery = (id: number) =>
  queryOptions({
    queryKey: ['contact', id, 'stages'],
    queryFn: ({ signal }) => get('/contacts/{id}/stages', { params: { path: { id } }, signal }),
  });
export const explainQuery = (id: number, expression: Expression) =>
  queryOptions({
    queryKey: ['explain', id, expression],
    queryFn: ({ signal }) =>
      get('/contacts/{id}/explain', {
        params: { path: { id }, query: { expression: JSON.stringify(expression) } },
        signal,
      }),
    retry: false,
  });

export const tagsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['tags', botId],
    queryFn: () => get('/tags', { params: { query: { bot_id: botId } } }),
  });
export const segmentsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['segments', botId],
    queryFn: () => get('/segments', { params: { query: { bot_id: botId, limit: 500 } } }),
  });
export const segmentQuery = (id: number) =>
  queryOptions({
    queryKey: ['segment', id],
    queryFn: () => get('/segments/{id}', { params: { path: { id } } }),
  });
export const previewQuery = (botId: number, expression: Expression, breakdown?: BreakdownBy) =>
  queryOptions({
    queryKey: ['preview', botId, expression, breakdown ?? null],
    queryFn: () => post('/segments/preview', { body: { bot_id: botId, expression, breakdown } }),
    placeholderData: keepOf(botId),
    staleTime: 5_000,
    retry: false,
  });
export const stagesQuery = (botId: number) =>
  queryOptions({
    queryKey: ['stages', botId],
    queryFn: () => get('/stages', { params: { query: { bot_id: botId } } }),
  });
export const stagePreviewQuery = (botId: number, stages: StageDraft[]) =>
  queryOptions({
    queryKey: ['stage-preview', botId, stages],
    queryFn: () => post('/stages/preview', { body: { bot_id: botId, stages } }),
    placeholderData: keepOf(botId),
    retry: false,
  });

export const flowsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['flows', botId],
    queryFn: () => get('/flows', { params: { query: { bot_id: botId } } }),
  });
export const flowQuery = (id: number) =>
  queryOptions({
    queryKey: ['flow', id],
    queryFn: () => get('/flows/{id}', { params: { path: { id } } }),
  });
export const flowVersionsQuery = (id: number) =>
  queryOptions({
    queryKey: ['flow-versions', id],
    queryFn: () => get('/flows/{id}/versions', { params: { path: { id } } }),
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
      get('/conversations', {
        params: { query: { bot_id: botId, filter, q, order, limit } },
        signal,
      }),
  });
/** The sidebar's figure of who waits; one small page. */
export const conversationCountsQuery = (botId: number) =>
  queryOptions({
    queryKey: ['conversations', botId, 'counts'],
    queryFn: () =>
      get('/conversations', { params: { query: { bot_id: botId, filter: 'open', limit: 1 } } }),
    select: (page) => page.counts,
  });
/** How many conversations nobody has taken, and who of them waits the longest; one small page. */
export const unassignedQuery = (botId: number) =>
  queryOptions({
    queryKey: ['conversations', botId, 'unassigned', 'longest'],
    queryFn: ({ signal }) =>
      get('/conversations', {
        params: { query: { bot_id: botId, filter: 'unassigned', order: 'waiting', limit: 1 } },
        signal,
      }),
  });
export const threadQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['thread', id],
    queryFn: ({ pageParam, signal }) =>
      get('/conversations/{id}/messages', {
        params: { path: { id }, query: { cursor: pageParam, limit: 60 } },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
export const attributesQuery = () =>
  queryOptions({
    queryKey: ['attributes'],
    queryFn: () => get('/attributes'),
    staleTime: 60_000,
  });
export const cannedQuery = () =>
  queryOptions({ queryKey: ['canned'], queryFn: () => get('/canned') });

export const campaignsQuery = (botId: number, status?: CampaignStatus) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', botId, status ?? ''],
    queryFn: ({ pageParam, signal }) =>
      get('/campaigns', {
        params: { query: { bot_id: botId, status, cursor: pageParam, limit: 50 } },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
  });
/** Every campaign of a bot, in as many requests as that takes. */
export const everyCampaignQuery = (botId: number) =>
  queryOptions({
    queryKey: ['campaigns', botId, 'all'],
    queryFn: async ({ signal }) => {
      const items: Campaign[] = [];
      let cursor: string | undefined;
      do {
        const query = { bot_id: botId, cursor, limit: 500 };
        const page = await get('/campaigns', { params: { query }, signal });
        items.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return items;
    },
  });
export const campaignQuery = (id: number) =>
  queryOptions({
    queryKey: ['campaign', id],
    queryFn: ({ signal }) => get('/campaigns/{id}', { params: { path: { id } }, signal }),
  });
export const campaignPreviewQuery = ({ bot_id, audience, held_out_percent }: CampaignDraft) =>
  queryOptions({
    queryKey: ['campaign-preview', bot_id, audience, held_out_percent],
    queryFn: () => post('/campaigns/preview', { body: { bot_id, audience, held_out_percent } }),
    placeholderData: keepOf(bot_id),
    retry: false,
  });
export const ledgerQuery = (id: number, outcome: Outcome | '', button: string) =>
  infiniteQueryOptions({
    queryKey: ['ledger', id, outcome, button],
    queryFn: ({ pageParam, signal }) =>
      get('/campaigns/{id}/ledger', {
        params: {
          path: { id },
          query: { outcome: outcome || undefined, button, cursor: pageParam, limit: 100 },
        },
        signal,
      }),
    initialPageParam: first,
    getNextPageParam: nextOf,
    placeholderData: keepOf(id),
  });
export const reportQuery = (id: number, by: ReportBy) =>
  queryOptions({
    queryKey: ['report', id, by],
    queryFn: ({ signal }) =>
      get('/campaigns/{id}/report', { params: { path: { id }, query: { by } }, signal }),
    placeholderData: keepOf(id),
  });
export const linksQuery = (botId: number) =>
  queryOptions({
    queryKey: ['links', botId],
    queryFn: ({ signal }) => get('/links', { params: { query: { bot_id: botId } }, signal }),
  });
export const linkFunnelQuery = (id: number, botId: number, days: number, by: LinkBy) =>
  queryOptions({
    queryKey: ['link', id, botId, days, by],
    queryFn: ({ signal }) =>
      get('/links/{id}/funnel', {
        params: { path: { id }, query: { bot_id: botId, days, by } },
        signal,
      }),
    placeholderData: keepOf(id),
  });
export const testersQuery = (botId: number) =>
  queryOptions({
    queryKey: ['testers', botId],
    queryFn: () => get('/bots/{id}/testers', { params: { path: { id: botId } } }),
  });
export const templatesQuery = () =>
  queryOptions({
    queryKey: ['templates'],
    queryFn: () => get('/templates', { params: { query: { order: 'results', limit: 500 } } }),
  });
