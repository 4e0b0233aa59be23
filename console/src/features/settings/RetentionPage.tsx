import './settings.css';
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, put } from '@/api/client';
import { retentionPreviewQuery, retentionQuery } from '@/api/queries';
import type { Retention, RetentionDays } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { Page, Section } from '@/ui/Page';
import { Failure, Loaded, SkeletonRows, useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { isInRange, isSame, kinds, type Kind } from './retention';

/** What a field starts from when "for ever" is left. */
const usualDays = 365;

function Rule({
  kind,
  rules,
  value,
  onChange,
}: {
  kind: Kind;
  rules: Retention;
  value: number | null;
  onChange: (days: number | null) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const what = t(`retention.kept.${kind}`);
  const wrong = !isInRange(value, rules);
  return (
    <div className="settings-retention-rule">
      <div className="settings-retention-words">
        <b>{what}</b>
        <p className="small muted">
          {t(`retention.about.${kind}`)}
          {kind === 'visits' && ` ${t('retention.address', { count: rules.address_days })}`}
        </p>
      </div>
      <div className="settings-retention-time">
        <SegmentedControl
          size="xs"
          aria-label={t('retention.how_long', { what })}
          value={value === null ? 'ever' : 'days'}
          onChange={(next) =>
            onChange(next === 'ever' ? null : (rules[`${kind}_days`] ?? usualDays))
          }
          data={[
            { value: 'ever', label: t('retention.for_ever') },
            { value: 'days', label: t('retention.for_days') },
          ]}
        />
        {value !== null && (
          <AmountInput
            w={84}
            allowDecimal={false}
            aria-label={`${what}: ${t('retention.days')}`}
            value={Number.isNaN(value) ? '' : value}
            onChange={(next) => onChange(next === '' ? Number.NaN : Number(next))}
            error={
              wrong
                ? t('retention.range', { min: number(rules.days_min), max: number(rules.days_max) })
                : undefined
            }
          />
        )}
      </div>
    </div>
  );
}

/** How many rows would be gone, said before it is saved. */
function Consequence({ days, enabled }: { days: RetentionDays; enabled: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const older = useQuery({ ...retentionPreviewQuery(days), enabled });
  if (!enabled) return null;
  if (older.error)
    return (
      <Failure
        error={older.error}
        what={t('retention.count_failed')}
        retry={() => void older.refetch()}
      />
    );
  if (!older.data || older.isPlaceholderData)
    return (
      <p className="small muted" role="status">
        {t('retention.counting')}
      </p>
    );
  const { data } = older;
  const gone = kinds.filter((kind) => data[kind] > 0);
  return (
    <div className="settings-retention-will" role="status">
      {gone.length === 0 ? (
        <p>{t('retention.will_nothing')}</p>
      ) : (
        <>
          <p>{t('retention.will_now')}</p>
          <ul>
            {gone.map((kind) => (
              <li key={kind} className="figure">
                {t(`retention.row.${kind}`, { count: data[kind], number: number(data[kind]) })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Form({ rules }: { rules: Retention }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const client = useQueryClient();
  const problem = useProblemText();
  const [from, setFrom] = useState(rules);
  const [days, setDays] = useState<RetentionDays>(rules);
  const isChanged = !isSame(days, from);
  // Rules that somebody else saved are taken over while nothing is typed here.
  if (from.version !== rules.version && !isChanged) {
    setFrom(rules);
    setDays(rules);
  }
  const isValid = kinds.every((kind) => isInRange(days[`${kind}_days`], rules));
  const older = useQuery({ ...retentionPreviewQuery(days), enabled: isChanged && isValid });
  const blanks = kinds.some((kind) => (older.data?.[kind] ?? 0) > 0);
  const save = useMutation({
    mutationFn: () =>
      put('/workspace/retention', {
        body: {
          texts_days: days.texts_days,
          raw_days: days.raw_days,
          visits_days: days.visits_days,
          notes_days: days.notes_days,
          version: from.version,
        },
      }),
    onSuccess: (saved) => {
      setFrom(saved);
      setDays(saved);
      client.setQueryData(retentionQuery().queryKey, saved);
      toast(t('retention.saved'));
    },
    onError: (error) => {
      if (error instanceof Problem && error.code === 'conflict')
        void client.invalidateQueries({ queryKey: ['retention'] });
    },
  });
  const takeTheirs = () => {
    save.reset();
    setFrom(rules);
    setDays(rules);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const isLate = save.error instanceof Problem && save.error.code === 'conflict';
  const at = from.changed_at === null ? '' : dateTime(from.changed_at);
  return (
    <form onSubmit={submit}>
      <p className="settings-retention-lead">{t('retention.lead')}</p>
      {kinds.map((kind) => (
        <Rule
          key={kind}
          kind={kind}
          rules={from}
          value={days[`${kind}_days`]}
          onChange={(next) => setDays({ ...days, [`${kind}_days`]: next })}
        />
      ))}
      <Section
        title={isChanged ? t('retention.will') : t('retention.title')}
        note={
          isChanged
            ? undefined
            : from.changed_at === null
              ? t('retention.defaults')
              : from.changed_by
                ? t('retention.changed_by', { at, name: from.changed_by.name })
                : t('retention.changed', { at })
        }
      >
        {isChanged ? (
          <Consequence days={days} enabled={isValid} />
        ) : (
          <p className="small muted">{t('retention.unchanged')}</p>
        )}
        {save.error && (
          <p className="field-error" role="alert">
            {isLate ? t('retention.conflict') : problem(save.error)}
          </p>
        )}
        <div className="inline settings-retention-save">
          <Button
            type="submit"
            className={blanks && isChanged ? 'danger' : undefined}
            loading={save.isPending}
            disabled={!isChanged || !isValid || isLate || older.isFetching}
          >
            {blanks && isChanged ? t('retention.save_blank') : t('ui.save')}
          </Button>
          {isLate && <Button onClick={takeTheirs}>{t('retention.again')}</Button>}
          {isChanged && !isLate && (
            <Button variant="subtle" onClick={takeTheirs}>
              {t('ui.cancel')}
            </Button>
          )}
        </div>
      </Section>
    </form>
  );
}

/** How long the workspace keeps what people wrote and what their visits told. */
export default function RetentionPage() {
  const { t } = useTranslation();
  const rules = useQuery(retentionQuery());
  return (
    <Page title={t('retention.title')} crumb={{ label: t('place.settings'), to: '/settings' }}>
      <Loaded query={rules} what={t('retention.failed')} waiting={<SkeletonRows rows={4} />}>
        {(data) => <Form rules={data} />}
      </Loaded>
    </Page>
  );
}
