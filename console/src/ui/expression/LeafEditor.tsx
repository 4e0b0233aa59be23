import { MultiSelect, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  type ProfileField,
  type SourceField,
  profileOf,
  sourceOf,
  unreachableCauses,
} from '@/api/expressions';
import type { AttributeOp, CampaignOutcome, Expression, Moment } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { AmountInput } from '../AmountInput';
import { DurationInput } from '../Duration';
import { useStageName } from '../StageBadge';
import { EventLeaf } from './EventLeaf';
import { type LeafProps, noNumber, type Of, Pick } from './leaf';
import { typedValue } from '../typedValue';

const tagMode = (tag: Of<'tag'>['tag']) => (tag.has_all ? 'has_all' : 'has_any');

function TagLeaf({ value, names, onChange }: LeafProps<Of<'tag'>>) {
  const { t } = useTranslation();
  const { tag } = value;
  const chosen = tag.has !== undefined ? [tag.has] : (tag.has_all ?? tag.has_any ?? []);
  const set = (mode: 'has_any' | 'has_all', tags: string[], within: string | undefined) => {
    const only = tags[0];
    const base = tags.length === 1 && only !== undefined ? { has: only } : { [mode]: tags };
    onChange({ tag: within ? { ...base, added_within: within } : base });
  };
  return (
    <>
      {chosen.length > 1 && (
        <Pick
          label={t('builder.tag_mode')}
          width={92}
          value={tagMode(tag)}
          onPick={(mode) => set(mode as 'has_any', chosen, tag.added_within)}
          data={[
            { value: 'has_any', label: t('builder.any_of_tags') },
            { value: 'has_all', label: t('builder.all_of_tags') },
          ]}
        />
      )}
      <MultiSelect
        size="xs"
        miw={150}
        maw={320}
        searchable
        styles={{ inputField: { minWidth: 24 } }}
        aria-label={t('builder.tags')}
        placeholder={chosen.length === 0 ? t('builder.choose_tag') : undefined}
        value={chosen}
        data={[...new Set([...names.tags.map((each) => each.name), ...chosen])]}
        onChange={(tags) => set(tagMode(tag), tags, tag.added_within)}
        nothingFoundMessage={t('builder.no_tag')}
      />
      <Pick
        label={t('builder.added')}
        width={164}
        value={tag.added_within ? 'within' : 'ever'}
        onPick={(when) => set(tagMode(tag), chosen, when === 'within' ? '30d' : undefined)}
        data={[
          { value: 'ever', label: t('builder.added_ever') },
          { value: 'within', label: t('builder.added_within') },
        ]}
      />
      {tag.added_within && (
        <DurationInput
          label={t('builder.added_within')}
          value={tag.added_within}
          onChange={(within) => set(tagMode(tag), chosen, within)}
        />
      )}
    </>
  );
}

function MomentLeaf({
  form,
  value,
  onChange,
}: {
  form: 'last_interaction' | 'first_seen';
  value: Moment;
  onChange: (next: Expression) => void;
}) {
  const { t } = useTranslation();
  const mode = value.never
    ? 'never'
    : value.within
      ? 'within'
      : value.older_than
        ? 'older_than'
        : value.before !== undefined
          ? 'before'
          : 'after';
  const emit = (next: Moment) => onChange({ [form]: next } as unknown as Expression);
  const dateOf = (when: number | string | undefined) =>
    when === undefined
      ? ''
      : typeof when === 'string'
        ? when.slice(0, 10)
        : new Date(when).toISOString().slice(0, 10);
  const pick = (next: string) => {
    if (next === 'never') emit({ never: true });
    else if (next === 'within' || next === 'older_than')
      emit({ [next]: value.within ?? value.older_than ?? '7d' });
    else emit({ [next]: value.before ?? value.after ?? new Date().toISOString().slice(0, 10) });
  };
  const modes = [
    'within',
    'older_than',
    'before',
    'after',
    ...(form === 'last_interaction' ? ['never'] : []),
  ];
  return (
    <>
      <Pick
        label={t(`builder.form.${form}`)}
        width={152}
        value={mode}
        onPick={pick}
        data={modes.map((each) => ({ value: each, label: t(`builder.moment.${each}`) }))}
      />
      {(mode === 'within' || mode === 'older_than') && (
        <DurationInput
          label={t(`builder.form.${form}`)}
          value={value.within ?? value.older_than ?? '7d'}
          onChange={(span) => emit({ [mode]: span })}
        />
      )}
      {(mode === 'before' || mode === 'after') && (
        <TextInput
          size="xs"
          type="date"
          aria-label={t('builder.date')}
          value={dateOf(value.before ?? value.after)}
          onChange={(event) =>
            event.currentTarget.value && emit({ [mode]: event.currentTarget.value })
          }
        />
      )}
    </>
  );
}

function StageLeaf({ value, names, onChange }: LeafProps<Of<'stage'>>) {
  const { t } = useTranslation();
  const stageName = useStageName();
  return (
    <MultiSelect
      size="xs"
      miw={160}
      maw={360}
      aria-label={t('builder.form.stage')}
      placeholder={value.stage.in.length === 0 ? t('builder.choose_stage') : undefined}
      value={value.stage.in}
      data={[...new Set([...names.stages, ...value.stage.in])].map((name) => ({
        value: name,
        label: stageName(name),
      }))}
      onChange={(stages) => onChange({ stage: { in: stages } })}
    />
  );
}

function SourceLeaf({ value, onChange }: LeafProps<Of<'source'>>) {
  const { t } = useTranslation();
  const [key, held] = sourceOf(value.source);
  const keys: SourceField[] = [
    'link',
    'channel',
    'payload',
    'utm_source',
    'utm_medium',
    'utm_campaign',
  ];
  return (
    <>
      <Pick
        label={t('builder.source_key')}
        width={130}
        value={key}
        onPick={(next) => onChange({ source: { [next]: value.source[key] } })}
        data={[...new Set([...keys, key])].map((each) => ({
          value: each,
          label: t([`builder.source.${each}`, 'builder.source.other'], { key: each }),
        }))}
      />
      <TextInput
        size="xs"
        w={160}
        aria-label={t('builder.form.source')}
        placeholder={t('builder.source_hint')}
        value={held.join(', ')}
        onChange={(event) => onChange({ source: { [key]: event.currentTarget.value } })}
      />
    </>
  );
}

function ProfileLeaf({ value, onChange }: LeafProps<Of<'profile'>>) {
  const { t } = useTranslation();
  const profile = profileOf(value.profile);
  const { field } = profile;
  const fields: ProfileField[] = ['language', 'country', 'browser', 'os', 'username', 'premium'];
  const byNetwork = useWorkspace().session.country_by === 'network';
  const named = (each: string) => (each === 'country' && byNetwork ? 'country_network' : each);
  return (
    <>
      <Pick
        label={t('builder.form.profile')}
        width={120}
        value={field}
        onPick={(next) =>
          onChange({ profile: { field: next, in: next === 'premium' ? [true] : [] } })
        }
        data={[...new Set([...fields, field])].map((each) => ({
          value: each,
          label: t([`builder.profile.${named(each)}`, 'builder.source.other'], { key: each }),
        }))}
      />
      {field === 'premium' ? (
        <Pick
          label={t('builder.profile.premium')}
          width={90}
          value={String(profile.in[0] ?? true)}
          onPick={(next) => onChange({ profile: { field, in: [next === 'true'] } })}
          data={[
            { value: 'true', label: t('builder.yes') },
            { value: 'false', label: t('builder.no') },
          ]}
        />
      ) : (
        <TagsInput
          size="xs"
          miw={140}
          maw={320}
          aria-label={t('builder.values')}
          placeholder={profile.in.length === 0 ? t('builder.values_hint') : undefined}
          value={profile.in.map(String)}
          onChange={(values) => onChange({ profile: { field, in: values } })}
        />
      )}
    </>
  );
}

const ops: AttributeOp[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'contains', 'exists'];
function AttributeLeaf({ value, onChange }: LeafProps<Of<'attribute'>>) {
  const { t } = useTranslation();
  const { attribute } = value;
  return (
    <>
      <TextInput
        size="xs"
        w={120}
        aria-label={t('builder.attribute_key')}
        placeholder={t('builder.attribute_key')}
        value={attribute.key}
        onChange={(event) =>
          onChange({ attribute: { ...attribute, key: event.currentTarget.value } })
        }
      />
      <Pick
        label={t('builder.comparison')}
        width={120}
        value={attribute.op}
        onPick={(op) =>
          onChange({
            attribute:
              op === 'exists'
                ? { key: attribute.key, op }
                : { ...attribute, op: op as AttributeOp, value: attribute.value ?? '' },
          })
        }
        data={ops.map((op) => ({ value: op, label: t(`builder.op.${op}`) }))}
      />
      {attribute.op !== 'exists' && (
        <TextInput
          size="xs"
          w={120}
          aria-label={t('builder.attribute_value')}
          placeholder={t('builder.attribute_value')}
          value={attribute.value === undefined ? '' : String(attribute.value)}
          onChange={(event) =>
            onChange({ attribute: { ...attribute, value: typedValue(event.currentTarget.value) } })
          }
        />
      )}
    </>
  );
}

const outcomes: CampaignOutcome[] = [
  'clicked',
  'not_clicked',
  'pressed',
  'followed',
  'replied',
  'tagged',
  'tagged_direct',
  'tagged_assisted',
  'converted',
  'called',
  'sent',
  'failed',
  'blocked',
  'blocked_after',
  'opted_out',
  'skipped',
  'unknown',
  'pending',
  'held_out',
  'reached',
  'audience',
];

function CampaignLeaf({ value, names, onChange }: LeafProps<Of<'campaign'>>) {
  const { t } = useTranslation();
  const { id, outcome } = value.campaign;
  return (
    <>
      <Pick
        label={t('builder.form.campaign')}
        width={200}
        value={id ? String(id) : ''}
        onPick={(next) => onChange({ campaign: { ...value.campaign, id: Number(next) } })}
        data={names.campaigns.map((each) => ({ value: String(each.id), label: each.name }))}
      />
      <Pick
        label={t('builder.outcome')}
        width={140}
        value={outcome}
        onPick={(next) => onChange({ campaign: { ...value.campaign, outcome: next } })}
        data={[...new Set([...outcomes, outcome])].map((each) => ({
          value: each,
          label: t([`builder.campaign.${each}`, 'builder.source.other'], { key: each }),
        }))}
      />
    </>
  );
}

function SegmentLeaf({ value, names, onChange }: LeafProps<Of<'segment'>>) {
  const { t } = useTranslation();
  return (
    <Pick
      label={t('builder.form.segment')}
      width={220}
      value={value.segment.id ? String(value.segment.id) : ''}
      onPick={(id) => onChange({ segment: { id: Number(id) } })}
      data={names.segments.map((each) => ({ value: String(each.id), label: each.name }))}
    />
  );
}

function ReachableLeaf({ value, onChange }: LeafProps<Of<'reachable'>>) {
  const { t } = useTranslation();
  return (
    <Pick
      label={t('builder.form.reachable')}
      width={180}
      value={String(value.reachable)}
      onPick={(next) => onChange({ reachable: next === 'true' })}
      data={[
        { value: 'true', label: t('builder.reachable') },
        { value: 'false', label: t('builder.unreachable') },
      ]}
    />
  );
}

function UnreachableLeaf({ value, onChange }: LeafProps<Of<'unreachable'>>) {
  const { t } = useTranslation();
  return (
    <Pick
      label={t('builder.form.unreachable')}
      width={220}
      value={value.unreachable}
      onPick={(unreachable) => onChange({ unreachable })}
      data={unreachableCauses.map((each) => ({
        value: each,
        label: t(`expression.unreachable_by.${each}`),
      }))}
    />
  );
}

function ConversationLeaf({ value, onChange }: LeafProps<Of<'conversation'>>) {
  const { t } = useTranslation();
  return (
    <Pick
      label={t('builder.form.conversation')}
      width={140}
      value={value.conversation.status ?? 'open'}
      onPick={(status) => onChange({ conversation: { status } })}
      data={(['open', 'closed'] as const).map((each) => ({
        value: each,
        label: t(`builder.conversation.${each}`),
      }))}
    />
  );
}

function SampleLeaf({ value: { sample }, onChange }: LeafProps<Of<'sample'>>) {
  const { t } = useTranslation();
  return (
    <AmountInput
      w={90}
      min={0.01}
      max={100}
      decimals={2}
      suffix=" %"
      aria-label={t('builder.form.sample')}
      value={sample.percent ?? null}
      onAmount={(percent) => onChange({ sample: { ...sample, percent: percent ?? noNumber } })}
    />
  );
}

/** The controls of one condition, by its form. */
export function LeafEditor({ value, names, onChange }: LeafProps<Expression>) {
  const given = { names, onChange };
  if ('tag' in value) return <TagLeaf value={value} {...given} />;
  if ('last_interaction' in value)
    return (
      <MomentLeaf form="last_interaction" value={value.last_interaction} onChange={onChange} />
    );
  if ('first_seen' in value)
    return <MomentLeaf form="first_seen" value={value.first_seen} onChange={onChange} />;
  if ('event' in value) return <EventLeaf value={value} {...given} />;
  if ('stage' in value) return <StageLeaf value={value} {...given} />;
  if ('source' in value) return <SourceLeaf value={value} {...given} />;
  if ('profile' in value) return <ProfileLeaf value={value} {...given} />;
  if ('attribute' in value) return <AttributeLeaf value={value} {...given} />;
  if ('campaign' in value) return <CampaignLeaf value={value} {...given} />;
  if ('segment' in value) return <SegmentLeaf value={value} {...given} />;
  if ('reachable' in value) return <ReachableLeaf value={value} {...given} />;
  if ('unreachable' in value) return <UnreachableLeaf value={value} {...given} />;
  if ('conversation' in value) return <ConversationLeaf value={value} {...given} />;
  return 'sample' in value ? <SampleLeaf value={value} {...given} /> : null;
}
