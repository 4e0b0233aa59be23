/** An expression as a sentence in the reader's language. */
import type { TFunction } from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { formOf, isEveryone } from '@/api/expressions';
import { type ProfileTest, type SourceTest, profileOf, sourceOf } from '@/api/expressions';
import type { Expression, Moment } from '@/api/types';
import { type Format, useFormat } from '@/i18n/format';
import { type Names, useNames } from './names';

const DAY_MS = 86_400_000;

interface Speech {
  t: TFunction;
  format: Format;
  names: Names;
  stageName: (name: string) => string;
}

function moment(
  of: 'last_interaction' | 'first_seen',
  value: Moment,
  { t, format }: Speech,
): string {
  const date = (when: number | string) =>
    format.date(typeof when === 'number' ? when : Date.parse(when));
  if (value.after_first_seen)
    return t('expression.last_interaction.after_first_seen', {
      span: format.span(value.after_first_seen),
    });
  if (value.never) return t(`expression.${of}.never`);
  if (value.within) return t(`expression.${of}.within`, { span: format.span(value.within) });
  if (value.older_than)
    return t(`expression.${of}.older_than`, { span: format.span(value.older_than) });
  if (value.before !== undefined) return t(`expression.${of}.before`, { date: date(value.before) });
  return t(`expression.${of}.after`, { date: date(value.after ?? 0) });
}

function tagText(tag: Extract<Expression, { tag: unknown }>['tag'], { t, format }: Speech): string {
  const names = tag.has !== undefined ? [tag.has] : (tag.has_all ?? tag.has_any ?? []);
  const tags = format.list(names, tag.has_all ? 'conjunction' : 'disjunction');
  return tag.added_within
    ? t('expression.tag.within', { tags, span: format.span(tag.added_within) })
    : t('expression.tag.has', { tags });
}

function eventText(
  event: Extract<Expression, { event: unknown }>['event'],
  { t, format }: Speech,
): string {
  const verb = `expression.event.${event.kind}`;
  const plain = t([verb, 'expression.event.other'], { kind: event.kind, context: undefined });
  const what = event.object
    ? t([`${verb}_object`, 'expression.event.other_object'], {
        kind: event.kind,
        object: event.object,
      })
    : plain;
  const times =
    event.at_least !== undefined
      ? t('expression.event.at_least', { count: event.at_least })
      : event.at_most !== undefined
        ? t('expression.event.at_most', { count: event.at_most })
        : '';
  const span = event.within ? format.span(event.within) : '';
  const shape = times && span ? 'times_span' : times ? 'times' : span ? 'span' : 'plain';
  const text = t(`expression.event.shape.${shape}`, { what, times, span });
  const { since, until } = event;
  if (until === undefined) return since ? t('expression.event.since', { text, date: since }) : text;
  if (since === undefined) return t('expression.event.until', { text, date: until });
  const oneDay = Date.parse(until) - Date.parse(since) === DAY_MS;
  return oneDay
    ? t('expression.event.on', { text, date: since })
    : t('expression.event.between', { text, since, until });
}

/** Row and column as people count them. */
function buttonPlace(place: string): { row: number; column: number } {
  const [row = 0, column = 0] = place.split('.').map(Number);
  return { row: row + 1, column: column + 1 };
}

function groupText(
  parts: Expression[],
  type: 'conjunction' | 'disjunction',
  speech: Speech,
  inner: boolean,
): string {
  const text = speech.format.list(
    parts.map((part) => say(part, speech, true)),
    type,
  );
  return inner && parts.length > 1 ? speech.t('expression.group', { text }) : text;
}

/** The opposite of a condition, as people say it where they have a way of their own to. */
function notText(expression: Expression, speech: Speech): string {
  const { t, format, stageName } = speech;
  if ('stage' in expression) {
    const stages = format.list(expression.stage.in.map(stageName), 'disjunction');
    return t('expression.not_stage', { stages });
  }
  if ('tag' in expression && expression.tag.has !== undefined && !expression.tag.added_within)
    return t('expression.not_tag', { tags: expression.tag.has });
  if ('event' in expression && expression.event.kind === 'interaction') {
    const { at_least, at_most, since, until, object, within } = expression.event;
    if (at_most === undefined && (at_least ?? 1) === 1 && !since && !until && !object)
      return within
        ? t('expression.not_interaction_within', { span: format.span(within) })
        : t('expression.not_interaction');
  }
  return t('expression.not', { text: say(expression, speech, true) });
}

function say(expression: Expression, speech: Speech, inner: boolean): string {
  const { t, format, names, stageName } = speech;
  if (isEveryone(expression)) return t('expression.everyone');
  if ('all' in expression) return groupText(expression.all, 'conjunction', speech, inner);
  if ('any' in expression) return groupText(expression.any, 'disjunction', speech, inner);
  if ('not' in expression) return notText(expression.not, speech);
  if ('tag' in expression) return tagText(expression.tag, speech);
  if ('last_interaction' in expression)
    return moment('last_interaction', expression.last_interaction, speech);
  if ('first_seen' in expression) return moment('first_seen', expression.first_seen, speech);
  if ('event' in expression) return eventText(expression.event, speech);
  if ('stage' in expression)
    return t('expression.stage', {
      stages: format.list(expression.stage.in.map(stageName), 'disjunction'),
    });
  if ('source' in expression) return sourceText(expression.source, speech);
  if ('profile' in expression) return profileText(expression.profile, speech);
  if ('attribute' in expression) {
    const { key, op, value } = expression.attribute;
    return t(`expression.attribute.${op}`, {
      key,
      value: value === undefined ? '' : String(value),
    });
  }
  if ('campaign' in expression) {
    const campaign =
      names.campaigns.find((each) => each.id === expression.campaign.id)?.name ??
      t('expression.some_campaign', { id: expression.campaign.id });
    const text = t(
      [`expression.campaign.${expression.campaign.outcome}`, 'expression.campaign.other'],
      { campaign, outcome: expression.campaign.outcome },
    );
    const answer =
      expression.campaign.tag ??
      expression.campaign.button_text ??
      (expression.campaign.button &&
        t('expression.button_at', buttonPlace(expression.campaign.button)));
    if (answer !== undefined) return t('expression.with', { text, what: answer });
    const then =
      expression.campaign.frozen_stage ??
      expression.campaign.frozen_tag ??
      expression.campaign.frozen_source ??
      expression.campaign.frozen_segment;
    return then === undefined ? text : t('expression.then', { text, what: then });
  }
  if ('segment' in expression) {
    const segment =
      names.segments.find((each) => each.id === expression.segment.id)?.name ??
      String(expression.segment.id);
    return t('expression.segment', { segment });
  }
  if ('reachable' in expression)
    return t(expression.reachable ? 'expression.reachable' : 'expression.unreachable');
  if ('unreachable' in expression) return t(`expression.unreachable_by.${expression.unreachable}`);
  if ('sample' in expression) return t('expression.sample', { percent: expression.sample.percent });
  const { status, assignee } = expression.conversation;
  return t(
    `expression.conversation.${status ?? (assignee === undefined ? 'any' : assignee === null ? 'unassigned' : 'assigned')}`,
  );
}

function sourceText(source: SourceTest, { t, format }: Speech): string {
  const [key, values] = sourceOf(source);
  return t([`expression.source.${key}`, 'expression.source.other'], {
    key,
    value: format.list(values, 'disjunction'),
  });
}

function profileText(profile: ProfileTest, { t, format }: Speech): string {
  const { field, in: values } = profileOf(profile);
  const shown = values.map((value) =>
    field === 'language' && typeof value === 'string' ? format.language(value) : String(value),
  );
  return t([`expression.profile.${field}`, 'expression.profile.other'], {
    field,
    values: format.list(shown, 'disjunction'),
  });
}

/** The function that puts expressions into words. */
export function useSentence(): (expression: Expression) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  return useCallback(
    (expression) => {
      const stageName = (name: string) =>
        t([`stage.${name.toLowerCase()}`, 'expression.own_name'], { name });
      try {
        return say(expression, { t, format, names, stageName }, false);
      } catch {
        // A form that a newer server knows: named, not guessed, and never the end of the page.
        return t('expression.unknown', { form: formOf(expression) });
      }
    },
    [t, format, names],
  );
}
