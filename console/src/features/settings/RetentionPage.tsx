import './settings.css';
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, put } from '@/api/client';
import { retentionPreviewQuery, retentionQuery } from '@/api/queries';
import type { Retention, RetentionDays } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { Figure } from '@/ui/Figure';
import { Page, Section } from '@/ui/Page';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { ClosedPlace, Failure, Loaded, SkeletonRows, useProblemText } from '@/ui/states';
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
  const what = t(`retention.kept.${kind}`);
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
            min={rules.days_min}
            max={rules.days_max}
            aria-label={`${what}: ${t('retention.days')}`}
            value={Number.isNaN(value) ? null : value}
            onAmount={(next) => onChange(next ?? Number.NaN)}
          />
        )}
      </div>
    </div>
  );
}

type Older = ReturnType<typeof useRetentionForm>['older'];

/** How many rows would be gone, said before it is saved. */
function Consequence({ older }: { older: Older }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const counting = (
    <p className="small muted" role="status">
      {t('retention.counting')}
    </p>
  );
  return (
    <Figure
      query={older}
      waiting={counting}
      without={
        <Failure
          error={older.error}
          what={t('retention.count_failed')}
          retry={() => void older.refetch()}
        />
      }
    >
      {(data, stale) => {
        // What is deleted for good is named for these days alone, not greyed for other ones.
        if (stale) return counting;
        const gone = kinds.filter((kind) => data[kind] > 0);
        return (
          <div className="settings-retention-will" role="status">
            <p>{t(gone.length === 0 ? 'retention.will_nothing' : 'retention.will_now')}</p>
            {gone.length > 0 && (
              <ul>
                {gone.map((kind) => (
                  <li key={kind} className="figure">
                    {t(`retention.row.${kind}`, { count: data[kind], number: number(data[kind]) })}
                  </li>
                ))}
              </ul>
            )}
          </div>
        );
      }}
    </Figure>
  );
}

/** The rules as they are typed, what they would delete, and saving them. */
function useRetentionForm(rules: Retention) {
  const { t } = useTranslation();
  const client = useQueryClient();
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
  return { from, days, setDays, isChanged, isValid, older, save, takeTheirs };
}
type RetentionForm = ReturnType<typeof useRetentionForm>;

/** Saving, or why not yet; a rule that deletes something says so on its button. */
function Actions({ form }: { form: RetentionForm }) {
  const { t } = useTranslation();
  const { isChanged, isValid, older, save, takeTheirs } = form;
  const isLate = save.error instanceof Problem && save.error.code === 'conflict';
  const isCounted = older.data !== undefined && !older.isPlaceholderData && !older.isError;
  const deletes = isCounted && isChanged && kinds.some((kind) => older.data[kind] > 0);
  const why = !isChanged
    ? t('ui.nothing_changed')
    : !isValid
      ? t('ui.correct')
      : isLate
        ? t('retention.conflict')
        : older.isError
          ? t('retention.count_failed')
          : isCounted
            ? undefined
            : t('retention.counting');
  return (
    <div className="inline settings-retention-save">
      <ReasonedButton
        type="submit"
        className={deletes ? 'danger' : undefined}
        loading={save.isPending}
        reason={why}
      >
        {t(deletes ? 'retention.save_blank' : 'ui.save')}
      </ReasonedButton>
      {isLate && <Button onClick={takeTheirs}>{t('retention.again')}</Button>}
      {isChanged && !isLate && (
        <Button variant="subtle" onClick={takeTheirs}>
          {t('ui.cancel')}
        </Button>
      )}
    </div>
  );
}

/** When the rules were saved, and by whom. */
function useSaidOf(rules: Retention): string {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  if (rules.changed_at === null) return t('retention.defaults');
  const at = dateTime(rules.changed_at);
  return rules.changed_by
    ? t('retention.changed_by', { at, name: rules.changed_by.name })
    : t('retention.changed', { at });
}

function Form({ rules }: { rules: Retention }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const form = useRetentionForm(rules);
  const { from, days, isChanged, save } = form;
  const said = useSaidOf(from);
  const isLate = save.error instanceof Problem && save.error.code === 'conflict';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <p className="settings-retention-lead">{t('retention.lead')}</p>
      {kinds.map((kind) => (
        <Rule
          key={kind}
          kind={kind}
          rules={from}
          value={days[`${kind}_days`]}
          onChange={(next) => form.setDays({ ...days, [`${kind}_days`]: next })}
        />
      ))}
      <Section
        title={t(isChanged ? 'retention.will' : 'retention.title')}
        note={isChanged ? undefined : said}
      >
        {!isChanged && <p className="small muted">{t('retention.unchanged')}</p>}
        {isChanged && form.isValid && <Consequence older={form.older} />}
        {save.error && (
          <p className="field-error" role="alert">
            {isLate ? t('retention.conflict') : problem(save.error)}
          </p>
        )}
        <Actions form={form} />
      </Section>
    </form>
  );
}

/** How long the workspace keeps what people wrote and what their visits told. */
export default function RetentionPage() {
  const { t } = useTranslation();
  const can = useCan();
  const rules = useQuery({ ...retentionQuery(), enabled: can('manage_workspace') });
  return (
    <Page title={t('retention.title')} crumb={{ label: t('place.settings'), to: '/settings' }}>
      {can('manage_workspace') ? (
        <Loaded query={rules} what={t('retention.failed')} waiting={<SkeletonRows rows={4} />}>
          {(data) => <Form rules={data} />}
        </Loaded>
      ) : (
        <ClosedPlace />
      )}
    </Page>
  );
}
