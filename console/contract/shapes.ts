/**
 * Holds src/api/types.ts to the server's OpenAPI document: every field that the console reads exists there, and what
 * may be null there may be null here. `npm run contract` makes schema.ts from the document and checks this file.
 */
import type { components } from './schema';
import type * as ours from '../src/api/types';

type Wire = components['schemas'];

/** The fields of ours that the document lacks. */
type Lacking<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>;
/** The fields that the document lets be null and ours does not expect to be. */
type Unexpected<Ours, Theirs> = {
  [Key in keyof Ours & keyof Theirs]: null extends Theirs[Key]
    ? null extends Ours[Key]
      ? never
      : undefined extends Ours[Key]
        ? never
        : Key
    : never;
}[keyof Ours & keyof Theirs];

type Held<Ours, Theirs> = [Lacking<Ours, Theirs> | Unexpected<Ours, Theirs>] extends [never]
  ? true
  : { lacking: Lacking<Ours, Theirs>; unexpected: Unexpected<Ours, Theirs> };

export const held: {
  session: Held<ours.Session, Wire['Session']>;
  keptFile: Held<ours.KeptFile, Wire['KeptFile']>;
  mediaPage: Held<ours.MediaPage, Wire['MediaPage']>;
  phrases: Held<ours.Phrases, Wire['Phrases']>;
  phraseLanguage: Held<ours.PhraseLanguage, Wire['PhraseLanguage']>;
  retention: Held<ours.Retention, Wire['Retention']>;
  retentionDays: Held<ours.RetentionDays, Wire['WantedRetention']>;
  retentionPreview: Held<ours.RetentionPreview, Wire['RetentionPreview']>;
  member: Held<ours.Member, Wire['Member'] & Wire['SessionMember']>;
  bot: Held<ours.Bot, Wire['Bot']>;
  health: Held<ours.Bot['health'], Wire['BotHealth']>;
  contactItem: Held<ours.ContactItem, Wire['ContactItem']>;
  contact: Held<ours.Contact, Wire['Contact']>;
  entry: Held<ours.Entry, Wire['Entry']>;
  explainNode: Held<ours.ExplainNode, Wire['ExplainNode']>;
  importAnswer: Held<ours.ImportAnswer, Wire['ImportAnswer']>;
  unifyAnswer: Held<ours.UnifyAnswer, Wire['UnifyAnswer']>;
  importColumn: Held<ours.ImportColumn, Wire['ImportColumn']>;
  tag: Held<ours.Tag, Wire['Tag']>;
  segment: Held<ours.Segment, Wire['Segment']>;
  preview: Held<ours.Preview, Wire['SegmentPreview']>;
  stage: Held<ours.Stage, Wire['Stage']>;
  stagePreview: Held<ours.StagePreview, Wire['StagePreview']>;
  flow: Held<ours.Flow, Wire['Flow']>;
  conversation: Held<ours.Conversation, Wire['Conversation']>;
  threadEntry: Held<ours.ThreadEntry, Wire['ThreadEntry']>;
  readText: Held<ours.ReadText, Wire['ReadText']>;
  attribute: Held<ours.Attribute, Wire['Attribute']>;
  canned: Held<ours.Canned, Wire['CannedReply']>;
  campaign: Held<ours.Campaign, Wire['Campaign']>;
  counts: Held<ours.CampaignCounts, Wire['Counts']>;
  campaignPreview: Held<ours.CampaignPreview, Wire['Preview']>;
  ledgerItem: Held<ours.LedgerItem, Wire['LedgerLine']>;
  report: Held<ours.Report, Wire['Report']>;
  figure: Held<ours.Figure, Wire['Figure']>;
  lift: Held<ours.Lift, Wire['Lift']>;
  link: Held<ours.DiversionLink, Wire['Link']>;
  linkItem: Held<ours.LinkItem, Wire['LinkWithFunnel']>;
  funnelSteps: Held<ours.FunnelSteps, Wire['LinkFunnelSteps']>;
  linkFunnel: Held<ours.LinkFunnel, Wire['LinkPage']>;
  linkDay: Held<ours.LinkFunnel['days'][number], Wire['LinkDay']>;
  media: Held<ours.MediaFile, Wire['MediaFile']>;
  threadFile: Held<NonNullable<ours.ThreadEntry['media']>, Wire['ThreadFile']>;
  webhook: Held<NonNullable<ours.Bot['webhook']>, Wire['WebhookHealth']>;
  template: Held<ours.Template, Wire['Template']>;
  home: Held<ours.Home, Wire['Home']>;
  homeStage: Held<ours.Home['stages'][number], Wire['HomeStage']>;
  suggestion: Held<ours.Suggestion, Wire['Suggestion']>;
  checklist: Held<ours.Checklist, Wire['Checklist']>;
} = {
  keptFile: true,
  mediaPage: true,
  phrases: true,
  phraseLanguage: true,
  retention: true,
  retentionDays: true,
  retentionPreview: true,
  session: true,
  member: true,
  bot: true,
  health: true,
  contactItem: true,
  contact: true,
  entry: true,
  explainNode: true,
  importAnswer: true,
  importColumn: true,
  unifyAnswer: true,
  tag: true,
  segment: true,
  preview: true,
  stage: true,
  stagePreview: true,
  flow: true,
  conversation: true,
  threadEntry: true,
  canned: true,
  readText: true,
  attribute: true,
  campaign: true,
  counts: true,
  campaignPreview: true,
  ledgerItem: true,
  report: true,
  figure: true,
  lift: true,
  link: true,
  linkItem: true,
  funnelSteps: true,
  linkFunnel: true,
  linkDay: true,
  template: true,
  media: true,
  threadFile: true,
  webhook: true,
  home: true,
  homeStage: true,
  suggestion: true,
  checklist: true,
};
