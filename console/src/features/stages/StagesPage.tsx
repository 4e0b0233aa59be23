import './stages.css';
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowRight } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, put } from '@/api/client';
import { stagePreviewQuery, stagesQuery } from '@/api/queries';
import type { StageDraft, StagePreview, Stages } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Page, Section } from '@/ui/Page';
import { isWrong } from '@/ui/expression/draft';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { StageBadge } from '@/ui/StageBadge';
import { Failure, Skeleton, SkeletonRows } from '@/ui/states';
import { toast } from '@/ui/toast';
import { RuleRow } from './RuleRow';
import {
  draftOf,
  freeColor,
  isChanged,
  moved,
  peopleMoving,
  type Rule,
  rulesOf,
  withNew,
  withoutRule,
  withRule,
} from './rules';
import { SidePane } from './SidePane';
import { SilenceChart } from './SilenceChart';
import { StageFlow } from './StageFlow';

/** Typing a number asks once it rests. */
const REST_MS = 200;

function Lead({
  preview,
  rules,
  changed,
  stale,
  failed,
  total,
}: {
  preview: StagePreview | undefined;
  rules: Rule[];
  changed: boolean;
  stale: boolean;
  /** What these rules would do could not be worked out. */
  failed: boolean;
  total: number;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (!changed)
    return (
      <p>
        <span className="lead-figure">{number(total)}</span>{' '}
        <span className="unit">
          {t('stages.people_in', { count: total, stages: number(rules.length) })}
        </span>
      </p>
    );
  if (failed) return null;
  if (!preview) return <Skeleton width={160} height={36} />;
  const moving = preview.moves.reduce((sum, move) => sum + move.count, 0);
  return (
    <div aria-live="polite">
      <p>
        <span className={stale ? 'lead-figure faint' : 'lead-figure'}>{number(moving)}</span>{' '}
        <span className="unit">
          {t('stages.would_move', { count: moving, total: number(total) })}
        </span>
      </p>
      <ul className="stages-moves">
        {preview.moves.slice(0, 6).map((move) => (
          <li key={`${move.from} ${move.to}`} className="inline">
            <StageBadge name={move.from} />
            <IconArrowRight size={14} stroke={1.5} aria-label={t('stages.to')} />
            <StageBadge name={move.to} />
            <Count
              value={move.count}
              people={peopleMoving(rules, move) ?? undefined}
              stale={stale}
            />
          </li>
        ))}
        {moving === 0 && <li className="muted">{t('stages.nobody_moves')}</li>}
      </ul>
    </div>
  );
}

function useSave(onSaved: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: ({ draft, version }: { draft: StageDraft[]; version: number }) =>
      put('/stages', { body: { stages: draft, version } }),
    onSuccess: () => {
      void client.invalidateQueries();
      onSaved();
      toast(t('stages.saved'));
    },
  });
  const conflict =
    save.error instanceof Problem && save.error.code === 'conflict' ? save.error : null;
  return { save, conflict };
}

interface RulesProps {
  stages: Stages;
  rules: Rule[];
  setRules: (next: Rule[]) => void;
  preview: StagePreview | undefined;
  changed: boolean;
  stale: boolean;
  total: number;
}

function Rules({ stages, rules, setRules, preview, changed, stale, total }: RulesProps) {
  const { t } = useTranslation();
  const can = useCan();
  const countOf = (rule: Rule) =>
    changed
      ? preview?.items.find((item) => item.name === rule.name.trim())?.count
      : stages.items.find((stage) => stage.id === rule.id)?.count;
  let left: number | undefined = total;
  return (
    <Section
      title={t('stages.rules')}
      note={t('stages.first_decides')}
      end={<span className="small faint wide-only">{t('stages.people_left')}</span>}
    >
      <ol>
        {rules.map((rule, index) => {
          const count = countOf(rule);
          left = left === undefined || count === undefined ? undefined : left - count;
          const was = stages.items.find((stage) => stage.id === rule.id);
          return (
            <RuleRow
              key={rule.key}
              rule={rule}
              place={index + 1}
              last={index === rules.length - 1}
              count={count}
              left={left}
              total={total}
              stale={stale}
              was={was}
              editable={can('edit_audiences')}
              people={changed ? undefined : { stage: { in: [rule.name] } }}
              onChange={(change) => setRules(withRule(rules, rule.key, change))}
              onMove={(by) => setRules(moved(rules, rule.key, by))}
              onRemove={() => setRules(withoutRule(rules, rule.key))}
            />
          );
        })}
      </ol>
      {can('edit_audiences') && (
        <button
          type="button"
          className="text-link stages-rule-add"
          onClick={() => setRules(withNew(rules, '', freeColor(rules)))}
        >
          {t('stages.add')}
        </button>
      )}
    </Section>
  );
}

function Editor({ stages }: { stages: Stages }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const client = useQueryClient();
  // What is edited stays, whatever the counts do meanwhile, and remembers the version that it began from, so that the
  // server can tell when someone else saved in between; unedited rules follow the server.
  const [edit, setEdit] = useState<{ rules: Rule[]; version: number } | null>(null);
  const edited = edit?.rules ?? null;
  const setEdited = (next: Rule[] | null) =>
    setEdit(next && { rules: next, version: edit?.version ?? stages.version });
  const version = edit?.version ?? stages.version;
  const rules = edited ?? rulesOf(stages);
  const changed = edited !== null && isChanged(edited, stages);
  const draft = useMemo(() => draftOf(rules), [rules]);
  const [asked] = useDebouncedValue(draft, REST_MS);
  const named =
    draft.every((rule) => rule.name !== '') &&
    new Set(draft.map((rule) => rule.name)).size === draft.length;
  const wrong = draft.some((rule) => isWrong(rule.expression));
  const query = useQuery({
    ...stagePreviewQuery(bot.id, asked),
    enabled: changed && !wrong && asked.every((rule) => rule.name !== ''),
  });
  const preview = changed && !wrong && !query.isError ? query.data : undefined;
  const total = stages.items.reduce((sum, stage) => sum + stage.count, 0);
  const stale = query.isFetching || asked !== draft;
  const moving = preview?.moves.reduce((sum, move) => sum + move.count, 0) ?? 0;
  const { save, conflict } = useSave(() => setEdited(null));
  const unready = !named
    ? t('stages.name_all')
    : wrong
      ? t('stages.wrong')
      : query.isError
        ? t('stages.preview_failed')
        : undefined;
  const takeTheirs = () => {
    setEdited(null);
    save.reset();
    void client.invalidateQueries({ queryKey: ['stages'] });
  };
  const keepMine = () => {
    const current = conflict?.current as Stages | undefined;
    save.mutate({ draft, version: current?.version ?? version });
  };
  return (
    <Page
      bare
      title={t('place.stages')}
      note={changed ? t('stages.changed') : undefined}
      actions={
        can('edit_audiences') &&
        changed && (
          <>
            <Button
              variant="subtle"
              onClick={() => {
                setEdited(null);
                save.reset();
              }}
            >
              {t('stages.discard')}
            </Button>
            <ReasonedButton
              variant="filled"
              loading={save.isPending}
              reason={unready}
              onClick={() => save.mutate({ draft, version })}
            >
              {preview && !stale && moving > 0
                ? t('stages.save_move', { count: moving, number: number(moving) })
                : t('ui.save')}
            </ReasonedButton>
          </>
        )
      }
    >
      <div className="panes">
        <div className="pane">
          {conflict ? (
            <div className="failure" role="alert">
              <span className="words">
                <b>{t('stages.conflict')}</b>{' '}
                <span className="muted">{t('segments.conflict_text')}</span>
              </span>
              <Button onClick={takeTheirs}>{t('segments.take_theirs')}</Button>
              {conflict.current !== undefined && (
                <Button onClick={keepMine}>{t('segments.keep_mine')}</Button>
              )}
            </div>
          ) : (
            save.error && <Failure error={save.error} what={t('stages.save_failed')} />
          )}
          {query.error && changed && (
            <Failure error={query.error} what={t('stages.preview_failed')} />
          )}
          {!named && (
            <p className="field-error" role="alert">
              {t('stages.name_all')}
            </p>
          )}
          <Lead
            preview={preview}
            rules={rules}
            changed={changed}
            stale={stale && changed}
            failed={query.isError || wrong}
            total={total}
          />
          <Rules
            stages={stages}
            rules={rules}
            setRules={setEdited}
            preview={preview}
            changed={changed}
            stale={stale && changed}
            total={total}
          />
          <SilenceChart
            stages={stages}
            rules={rules}
            onChange={
              can('edit_audiences')
                ? (key, expression) => setEdited(withRule(rules, key, { expression }))
                : undefined
            }
          />
          <StageFlow />
        </div>
        <aside className="pane" aria-label={t('stages.effect')}>
          <SidePane
            stages={stages}
            rules={rules}
            preview={preview}
            changed={changed}
            stale={stale && changed}
            failed={query.isError || wrong}
          />
        </aside>
      </div>
    </Page>
  );
}

/** The ordered rules that say where people are in their life, and what changing them would do. */
export default function StagesPage() {
  const { t } = useTranslation();
  const bot = useBot();
  const query = useQuery(stagesQuery(bot.id));
  if (query.data) return <Editor key={bot.id} stages={query.data} />;
  return (
    <Page title={t('place.stages')}>
      {query.error ? (
        <Failure error={query.error} what={t('stages.failed')} retry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={5} />
      )}
    </Page>
  );
}
