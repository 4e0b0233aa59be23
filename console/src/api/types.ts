/**
 * The shapes of what goes to the server and comes from it, under the names that the console knows them by. All are
 * made from the server's OpenAPI document (`npm run contract`); nothing else in the console declares one.
 */
import type { components, operations } from './schema';

type Schemas = components['schemas'];
type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

export type Expression = Schemas['Expression'];
export type ExpressionForm = Schemas['ExpressionForm'];
export type Moment = Schemas['LastInteractionTest'];
export type AttributeOp = Schemas['AttributeOp'];
export type AttributeValue = Schemas['AttributeValue'];
export type CampaignOutcome = Schemas['CampaignOutcome'];

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Right = Schemas['Right'];
export type Role = Schemas['Role'];
export type Member = Schemas['Member'];
export type Invited = Schemas['Invited'];
export type Session = Schemas['Session'];
export type Setup = Schemas['Setup'];
export type BrowserSession = Schemas['OpenSession'];
export type ApiToken = Schemas['ApiToken'];

export type BotStatus = Schemas['BotStatus'];
export type Bot = Schemas['Bot'];
export type BotChange = Schemas['BotChange'];

export type TagRef = Schemas['TagRef'];
export type StageRef = Schemas['StageRef'];
export type UnreachableReason = Schemas['UnreachableReason'];
export type UnreachableCause = Schemas['UnreachableCause'];
export type ContactItem = Schemas['ContactItem'];
export type Contact = Schemas['Contact'];
export type Origin = Schemas['TagOrigin'];
export type ContactPage = Schemas['ContactPage'];
export type ContactOrder = NonNullable<QueryOf<'list_contacts'>['order']>;
export type Entry = Schemas['Entry'];
export type ExplainNode = Schemas['ExplainNode'];
export type Explanation = Schemas['Explanation'];
export type Attribute = Schemas['Attribute'];
export type AttributeKind = Schemas['AttributeKindName'];
export type UnifyAnswer = Schemas['UnifyAnswer'];
export type ImportColumn = Schemas['ImportColumn'];
export type ImportAnswer = Schemas['ImportAnswer'];

export type UsedBy = Schemas['UsedBy'];
export type Tag = Schemas['Tag'];
export type Segment = Schemas['Segment'];
export type BreakdownBy = Schemas['BreakdownKey'];
export type Preview = Schemas['SegmentPreview'];
export type Stage = Schemas['Stage'];
export type Stages = Schemas['StageRules'];
export type StageDraft = Schemas['StageDraft'];
export type Move = Schemas['HomeMove'];
export type StagePreview = Schemas['StagePreview'];

export type Entity = Schemas['MessageEntity'];
export type ForeignEntity = Schemas['ForeignEntity'];
export type Press = Schemas['MessagePress'];
export type MessageButton = Schemas['MessageButton'];
export type MessageFormat = Schemas['MessageFormat'];
export type MediaKind = Schemas['MediaKind'];
export type MediaRef = Schemas['MessageMedia'];
export type MediaFile = Schemas['MediaFile'];
export type KeptFile = Schemas['KeptFile'];
export type MediaPage = Schemas['MediaPage'];
export type ReadText = Schemas['ReadText'];
export type Message = Schemas['Message'];

export type MenuOption = Schemas['MenuOption'];
export type FlowNode = Schemas['FlowNode'];
export type Trigger = Schemas['FlowTrigger'];
export type Graph = Schemas['FlowGraph'];
export type Flow = Schemas['Flow'];
export type FlowVersion = Schemas['FlowVersion'];

export type Conversation = Schemas['Conversation'];
export type ConversationFilter = NonNullable<QueryOf<'list_conversations'>['filter']>;
export type ConversationOrder = NonNullable<QueryOf<'list_conversations'>['order']>;
export type ConversationPage = Schemas['ConversationPage'];
export type ThreadEntry = Schemas['ThreadEntry'];
export type ThreadButton = Schemas['ThreadButton'];
export type Canned = Schemas['CannedReply'];

export type CampaignStatus = Schemas['CampaignStatus'];
export type Outcome = Schemas['LedgerOutcome'];
export type CampaignCounts = Schemas['Counts'];
export type Campaign = Schemas['Campaign'];
export type CampaignDraft = Schemas['NewCampaign'];
export type CampaignPreview = Schemas['Preview'];
export type TestAnswer = Schemas['Test'];
export type Tester = Schemas['Tester'];
export type LedgerItem = Schemas['LedgerLine'];
export type TemplateResults = Schemas['TemplateResults'];
export type Template = Schemas['Template'];

export type Figure = Schemas['Figure'];
export type Lift = Schemas['Lift'];
export type Report = Schemas['Report'];
export type ReportBy = NonNullable<QueryOf<'get_report'>['by']>;

export type Utm = Schemas['LinkUtm'];
export type LinkBot = Schemas['LinkBotShown'];
export type DiversionLink = Schemas['Link'];
export type CountedPeople = Schemas['LinkPeople'];
export type FunnelSteps = Schemas['LinkFunnelSteps'];
export type Apart = Schemas['LinkApart'];
export type LinkItem = Schemas['LinkWithFunnel'];
export type LinkFunnel = Schemas['LinkPage'];
export type LinkBy = NonNullable<QueryOf<'link_funnel'>['by']>;

export type PeopleCount = Schemas['PeopleCount'];
export type DayPeople = Schemas['DayPeople'];
export type Suggestion = Schemas['Suggestion'];
export type Checklist = Schemas['Checklist'];
export type Home = Schemas['Home'];

export type RetentionDays = Schemas['WantedRetention'];
export type Retention = Schemas['Retention'];
export type RetentionPreview = Schemas['RetentionPreview'];
export type PhraseLanguage = Schemas['PhraseLanguage'];
export type Phrases = Schemas['Phrases'];

export type Visit = Schemas['Visit'];
export type ContactCampaign = Schemas['ContactCampaign'];
export type ContactLife = Schemas['ContactLife'];
export type CampaignAnswer = Schemas['CampaignAnswer'];
