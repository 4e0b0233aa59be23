/**
 * The shapes of docs/API.md. Written by hand until the server's OpenAPI document generates them;
 * nothing else in the console declares a shape of the wire.
 */
export type * from './report';
export type * from './upkeep';

export type Expression =
  | { all: Expression[] }
  | { any: Expression[] }
  | { not: Expression }
  | { tag: { has?: string; has_any?: string[]; has_all?: string[]; added_within?: string } }
  | { last_interaction: Moment }
  | { first_seen: Moment }
  | {
      event: {
        kind: string;
        object?: string;
        at_least?: number;
        at_most?: number;
        within?: string;
        since?: string;
      };
    }
  | { stage: { in: string[] } }
  | { source: Record<string, string | string[]> }
  | { profile: { field: string; in: (string | boolean)[] } }
  | { attribute: { key: string; op: AttributeOp; value?: string | number | boolean } }
  | {
      campaign: {
        id: number;
        outcome: string;
        frozen_stage?: string;
        frozen_tag?: string;
        frozen_source?: string;
        frozen_segment?: string;
        button?: string;
        button_text?: string;
        tag?: string;
      };
    }
  | { segment: { id: number } }
  | { reachable: boolean }
  | { sample: { percent: number; salt: string } }
  | { conversation: { status?: string; assignee?: number | null } };

export interface Moment {
  within?: string;
  older_than?: string;
  before?: number | string;
  after?: number | string;
  never?: boolean;
  /** Of `last_interaction`: so long after the first sight, or later. Stands alone. */
  after_first_seen?: string;
}
export type AttributeOp = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'exists';

export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface Items<T> {
  items: T[];
}

export type Role = 'owner' | 'marketer' | 'agent';
export interface Member {
  id: number;
  name: string;
  email: string;
  role: Role;
  /** Has not followed the invitation's link yet. */
  invited?: boolean;
  telegram?: { contact_id: number; name: string } | null;
}
export interface Session {
  member: Member;
  workspace: { id: number; name: string; time_zone: string };
  bots: Bot[];
  demo: boolean;
  /** Where tracked links lead through. */
  public_url: string;
  /** In the demo: the page on which one is any of the people. */
  phone_url: string | null;
}
export interface Setup {
  purpose: 'owner' | 'invite';
  workspace_name: string;
  email: string | null;
}
export interface BrowserSession {
  id: number;
  created_at: number;
  seen_at: number;
  user_agent: string;
  current: boolean;
}
export interface ApiToken {
  id: number;
  name: string;
  created_at: number;
  /** To within ten minutes. */
  used_at?: number | null;
  token?: string;
}

export type BotStatus = 'running' | 'stopped' | 'token_dead' | 'starting';
export interface Bot {
  id: number;
  telegram_id: number;
  username: string;
  name: string;
  status: BotStatus;
  intake: 'polling' | 'webhook';
  /** Why updates are polled where a webhook was wanted. */
  intake_note: string | null;
  webhook: {
    pending: number;
    last_error: string | null;
    last_error_at: number | null;
    checked_at: number;
  } | null;
  health: {
    last_update_at: number | null;
    last_error: string | null;
    last_error_at: number | null;
    blocked_until: number | null;
    ingest_failed: number;
  };
  /** None: the sender's own default. */
  bulk_per_second: number | null;
  decline_payments: string | null;
  contacts: number;
  created_at: number;
}

export interface TagRef {
  id: number;
  name: string;
  color: string;
}
export interface StageRef {
  id: number;
  name: string;
}
export type UnreachableReason =
  | 'blocked'
  | 'deactivated'
  | 'chat_not_found'
  | 'not_started'
  | 'is_bot'
  | 'write_refused'
  | 'opted_out';
export interface ContactItem {
  id: number;
  bot_id: number;
  telegram_id: number;
  name: string;
  username: string | null;
  language: string | null;
  premium: boolean;
  tags: TagRef[];
  stage: StageRef | null;
  reachable: boolean;
  unreachable_reason: UnreachableReason | null;
  first_seen_at: number;
  last_interaction_at: number | null;
}
export interface Contact extends Omit<ContactItem, 'tags'> {
  number: number;
  tags: (TagRef & { at: number; origin: Origin })[];
  profile: Record<string, string | boolean | null>;
  attributes: Record<string, string | number | boolean>;
  source: Record<string, string | number | null>;
  conversation: {
    status: 'open' | 'closed';
    assignee_id: number | null;
    waiting_since: number | null;
  } | null;
  stage_explained: Explanation | null;
}
export interface Origin {
  by: 'flow' | 'agent' | 'campaign' | 'link' | 'import' | 'api';
  id: number | null;
  name: string | null;
}
export interface ContactPage extends Page<ContactItem> {
  count: number;
}
export type ContactOrder = 'recent' | 'first_seen' | 'name';
export interface Entry {
  id: string;
  at: number;
  kind: string;
  object: string | null;
  text: string | null;
  by: {
    kind: 'person' | 'bot' | 'agent' | 'campaign' | 'flow' | 'api';
    id: number | null;
    name: string | null;
  } | null;
  data: Record<string, unknown> | null;
}
export interface ExplainNode {
  path: string;
  form: string;
  matched: boolean;
  fact: Record<string, unknown> | null;
  changes_at: number | null;
  children: ExplainNode[];
}
export interface Explanation {
  matched: boolean;
  now: number;
  tree: ExplainNode;
}
export type * from './tables';

export interface UsedBy {
  kind: string;
  id: number;
  name: string;
}
export interface Tag extends TagRef {
  description: string;
  people: number;
  applied_by: Record<Origin['by'], number>;
  used_by: UsedBy[];
}
export interface Segment {
  id: number;
  bot_id: number;
  name: string;
  description: string;
  expression: Expression;
  count: number;
  reachable: number;
  used_by: UsedBy[];
  created_at: number;
  updated_at: number;
  version: number;
}
export type BreakdownBy = 'tag' | 'stage' | 'source' | 'language';
export interface Preview {
  count: number;
  reachable: number;
  left_out: number;
  sample: ContactItem[];
  took_us: number;
  breakdown: { key: string; name: string; count: number }[];
  number: number;
}
export interface Stage {
  id: number;
  name: string;
  color: string;
  position: number;
  expression: Expression;
  count: number;
}
export interface Stages {
  items: Stage[];
  version: number;
}
export interface StageDraft {
  id?: number;
  name: string;
  color: string;
  expression: Expression;
}
export interface Move {
  from: string;
  to: string;
  count: number;
}
export interface StagePreview {
  items: { name: string; count: number; before: number }[];
  moves: Move[];
}

export interface Entity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
  custom_emoji_id?: string;
  unix_time?: number;
  date_time_format?: string;
}
export interface Press {
  add_tags?: string[];
  remove_tags?: string[];
  reply?: string;
  flow?: number;
}
export interface MessageButton {
  text: string;
  press?: Press;
  url?: string;
  track?: boolean;
}
export type MessageFormat = 'html' | 'markdown' | 'plain';
export type MediaKind = 'photo' | 'video' | 'document';
/** A file that a message carries; its text is the caption. */
export interface MediaRef {
  kind: MediaKind;
  media_id: number;
}
export interface MediaFile {
  id: number;
  name: string;
  content_type: string;
  byte_count: number;
  width: number | null;
  height: number | null;
  /** What it can be sent as, best first. */
  kinds: MediaKind[];
  created_at: number;
}
/** A text that was written as markup, read by the server. */
export interface ReadText {
  /** What was written, where the markup is broken. */
  text: string;
  entities: Entity[];
  fault: string | null;
}
export interface Message {
  text: string;
  media?: MediaRef | null;
  format?: MessageFormat;
  entities?: Entity[];
  buttons?: MessageButton[][];
}

export interface MenuOption {
  key: string;
  text: string;
  add_tags?: string[];
  remove_tags?: string[];
  next: string | null;
}
export type FlowNode =
  | {
      type: 'start';
      triggers: { command?: string; payload?: string; keyword?: string }[];
      next: string;
    }
  | { type: 'message'; message: Message; next: string | null }
  | { type: 'menu'; message: Message; columns: number; options: MenuOption[] }
  | { type: 'condition'; expression: Expression; then: string; else: string }
  | { type: 'handover'; message: Message | null }
  | { type: 'end' };
export interface Graph {
  nodes: Record<string, FlowNode>;
  start: string;
}
export interface Flow {
  id: number;
  bot_id: number;
  name: string;
  status: 'draft' | 'published' | 'stopped';
  /** None before the first publishing. */
  version: number | null;
  draft: Graph;
  published: Graph | null;
  draft_changed: boolean;
  runs: { started: number; active: number; ended: number };
  nodes: Record<string, { reached: number; left: number }>;
  options: Record<string, number>;
  updated_at: number;
  edit_version: number;
}
export interface FlowVersion {
  version: number;
  published_at: number;
  graph: Graph;
}

export interface Conversation {
  contact: ContactItem;
  status: 'open' | 'closed';
  assignee: { id: number; name: string } | null;
  waiting_since: number | null;
  unread: number;
  last: { at: number; text: string; from: 'person' | 'bot' | 'agent' | 'campaign' } | null;
}
export type ConversationFilter = 'mine' | 'unassigned' | 'open' | 'closed' | 'all';
export type ConversationOrder = 'latest' | 'waiting';
export interface ConversationPage extends Page<Conversation> {
  counts: { mine: number; unassigned: number; open: number; closed: number };
}
export interface ThreadEntry {
  id: number | string;
  at: number;
  from: 'person' | 'bot' | 'agent' | 'campaign' | 'flow';
  kind: 'message' | 'command' | 'start' | 'button' | 'note' | 'event';
  /** The kind of the event behind it, where there is one. */
  event?: string | null;
  /** The file of the message, where there is one that can be shown; without an address it was deleted since. */
  media?: { kind: MediaKind; url: string | null } | null;
  /** What a person's message held, as Telegram names it: `text`, `photo`, `voice` … */
  content?: string | null;
  text: string | null;
  entities: Entity[] | null;
  /** What a person's message held besides its words: a place, a phone number, where a link leads. */
  details?: { name: string; text: string; url?: string }[];
  /** When the person changed it last, and what it said before. */
  edited_at?: number | null;
  earlier?: { at: number; text: string }[];
  buttons: MessageButton[][] | null;
  by: { id: number | null; name: string | null } | null;
  campaign: { id: number; name: string | null } | null;
  state: 'pending' | 'leased' | 'sent' | 'failed' | 'blocked' | 'skipped' | 'unknown' | null;
  reason: string | null;
}
export interface Canned {
  id: number;
  name: string;
  message: Message;
}

export type CampaignStatus =
  'draft' | 'starting' | 'canary' | 'sending' | 'paused' | 'done' | 'cancelled';
export type Outcome =
  'held_out' | 'pending' | 'leased' | 'sent' | 'failed' | 'blocked' | 'skipped' | 'unknown';
export interface CampaignCounts {
  audience: number;
  left_out: number;
  held_out: number;
  pending: number;
  leased: number;
  sent: number;
  failed: number;
  blocked: number;
  skipped: number;
  unknown: number;
}
export interface Campaign {
  id: number;
  bot_id: number;
  name: string;
  status: CampaignStatus;
  pause_reason: 'canary' | 'member' | 'content' | 'guard_rail' | 'token_dead' | 'restored' | null;
  pause_detail: string | null;
  audience: Expression;
  message: Message;
  held_out_percent: number;
  canary: number | null;
  counts: CampaignCounts;
  rate_per_second: number | null;
  finishes_at: number | null;
  frozen: { at: number; number: number } | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  version: number;
}
export interface CampaignDraft {
  bot_id: number;
  name: string;
  audience: Expression;
  message: Message;
  held_out_percent?: number;
}
export interface CampaignPreview {
  match: number;
  left_out: number;
  held_out: number;
  writes_to: number;
  seconds: number;
  finishes_at: number;
  warnings: {
    code: string;
    message: string;
    count: number | null;
    expression: Expression | null;
  }[];
}
export interface TestAnswer {
  sent: { contact_id: number; state: string; reason: string | null }[];
}
/** Somebody of the saved test group. */
export interface Tester {
  contact_id: number;
  telegram_id: number;
  name: string;
  username: string | null;
  reachable: boolean;
}
export interface LedgerItem {
  contact_id: number;
  telegram_id: number;
  name: string;
  stage: string | null;
  outcome: Outcome;
  reason: string | null;
  message_id: number | null;
  at: number | null;
}
export interface TemplateResults {
  sent: number;
  open_rate: number;
  replied: number;
  blocked: number;
  people: { sent: Expression; opened: Expression; replied: Expression; blocked: Expression };
  /** None where too few got it to tell. */
  rank: number | null;
}
export interface Template {
  id: number;
  name: string;
  message: Message;
  from_campaign: { id: number; name: string } | null;
  results: TemplateResults | null;
  /** Of its words; what someone else changed has another. */
  version: string;
  created_at: number;
}

export interface Utm {
  source?: string | null;
  medium?: string | null;
  campaign?: string | null;
  term?: string | null;
  content?: string | null;
}
export interface LinkBot {
  bot_id: number;
  username: string;
  name: string;
  weight: number;
  flow: { id: number; name: string } | null;
}
/** A diversion link. */
export interface DiversionLink {
  id: number;
  code: string;
  url: string;
  name: string;
  channel: string;
  utm: Utm;
  tags: TagRef[];
  bots: LinkBot[];
  archived_at: number | null;
  created_at: number;
}
export interface CountedPeople {
  count: number;
  people: Expression;
}
export interface FunnelSteps {
  visits: number;
  starts: CountedPeople;
  replied: CountedPeople;
  kept: CountedPeople;
  kept_of: CountedPeople;
}
export interface Apart {
  previewers: number;
  crawlers: number;
  head: number;
}
export interface LinkItem extends DiversionLink {
  funnel: FunnelSteps;
  again: CountedPeople;
  reused: number;
  apart: Apart;
}
export type LinkBy = 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_term' | 'utm_content';
export interface LinkFunnel {
  link: LinkItem;
  days: (FunnelSteps & { day: string; apart: Apart })[];
  values: (FunnelSteps & { value: string | null })[];
  definitions: Record<string, string>;
}

export interface DayCount {
  day: string;
  count: number;
}
export interface Suggestion {
  code: string;
  count: number;
  expression: Expression;
  params: Record<string, string | number>;
}
export interface Checklist {
  flow: boolean;
  segment: boolean;
  campaign: boolean;
  answers: boolean;
  report: boolean;
}
export interface Home {
  people: number;
  reachable: number;
  blocked: number;
  opted_out: number;
  deactivated: number;
  no_chat: number;
  stages: {
    id: number;
    name: string;
    color: string;
    count: number;
    before: number | null;
    in: number | null;
    out: number | null;
  }[];
  moves: Move[];
  joined: DayCount[];
  active: DayCount[];
  blocked_by_day: DayCount[];
  /** Who blocked the bot on any of the days. */
  blocked_in_days: { count: number; people: Expression };
  running: Campaign[];
  recent: Campaign[];
  suggestions: Suggestion[];
  checklist: Checklist | null;
}

export interface Change {
  number: number;
  kind: string;
  contact_id: number | null;
  campaign_id: number | null;
}
