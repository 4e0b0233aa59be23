import './segments.css';
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { everyone, reachableOnly, unreachableOnly } from '@/api/expressions';
import { homeQuery, previewQuery, segmentQuery } from '@/api/queries';
import type { Expression, Preview, Segment } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { countable, isWrong, toLines } from '@/ui/expression/draft';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { Figure, type Reading } from '@/ui/Figure';
import { Page, Section } from '@/ui/Page';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Failure, Skeleton, SkeletonRows } from '@/ui/states';
import { Breakdowns } from './Breakdowns';
import { JsonPanel } from './JsonPanel';
import { SamplePane } from './SamplePane';
import { useSegmentActions } from './segmentActions';
import { useUndo } from './undo';

function Lead({
  query,
  expression,
  total,
}: {
  query: Reading<Preview>;
  expression: Expression;
  total: number | undefined;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const waiting = <Skeleton width={160} height={36} />;
  if (total === undefined) return waiting;
  return (
    <Figure query={query} waiting={waiting}>
      {({ count, reachable, left_out }, stale) => (
        <section aria-live="polite" aria-atomic="true">
          <p>
            <Count value={count} people={expression} size="lead" stale={stale} />{' '}
            <span className="unit">{t('segments.match', { count, total: number(total) })}</span>
          </p>
          <p className="muted">
            <Trans
              i18nKey="contacts.reach"
              components={{
                can: <Count value={reachable} people={reachableOnly(expression)} stale={stale} />,
                cannot: (
                  <Count value={left_out} people={unreachableOnly(expression)} stale={stale} />
                ),
              }}
            />
          </p>
        </section>
      )}
    </Figure>
  );
}

interface EditorProps {
  segment: Segment | null;
}

function SaveNote({ changed, segment }: { changed: boolean; segment: Segment | null }) {
  const { t } = useTranslation();
  if (!segment) return <>{t('segments.not_saved_yet')}</>;
  return <>{changed ? t('segments.changed_not_saved') : t('segments.saved')}</>;
}

function MoreMenu({ segment, onDelete }: { segment: Segment; onDelete: () => void }) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={t('segments.more')}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="var(--bad)" disabled={segment.used_by.length > 0} onClick={onDelete}>
          {t(segment.used_by.length > 0 ? 'segments.delete_used' : 'ui.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/**
 * The segment that the edit began from. What someone else saves meanwhile is taken over at once while nothing was
 * changed here; otherwise the edit keeps its beginning, and the server refuses to lay it over theirs unasked.
 */
function useBase(
  segment: Segment | null,
  isChanged: (base: Segment) => boolean,
  onTheirs: (theirs: Segment) => void,
) {
  const [base, setBase] = useState(segment);
  useEffect(() => {
    if (!segment || (base && segment.version <= base.version)) return;
    if (base && isChanged(base)) return;
    setBase(segment);
    onTheirs(segment);
  });
  return [base, setBase] as const;
}

const expressionText = (expression: Expression) => JSON.stringify(countable(toLines(expression)));

function Editor({ segment }: EditorProps) {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/segments/$segmentId' });
  const [name, setName] = useState(search.name ?? segment?.name ?? '');
  const start = search.e ?? segment?.expression ?? everyone;
  const edit = useUndo<Expression>(start);
  const [json, setJson] = useState(false);
  const expression = countable(toLines(edit.value));
  const wrong = isWrong(expression);
  const preview = useQuery({ ...previewQuery(bot.id, expression, 'stage'), enabled: !wrong });
  const total = useQuery(homeQuery(bot.id, 7)).data?.people;
  const differs = (from: Segment) =>
    JSON.stringify(expression) !== expressionText(from.expression) || name !== from.name;
  const [base, setBase] = useBase(segment, differs, (theirs) => {
    setName(theirs.name);
    edit.set(theirs.expression);
    void navigate({
      to: '/segments/$segmentId',
      params: { segmentId: theirs.id },
      search: { ...search, e: undefined },
      replace: true,
    });
  });
  const saved = base ? expressionText(base.expression) : '';
  const changed = base === null || differs(base);
  const actions = useSegmentActions(base, setBase);
  const unready = wrong ? t('segments.wrong') : undefined;
  const unsaved = !name.trim() ? t('segments.unnamed') : t('ui.nothing_changed');
  const params = { segmentId: segment?.id ?? ('new' as const) };
  const change = (next: Expression) => {
    edit.set(next);
    const counted = countable(toLines(next));
    void navigate({
      to: '/segments/$segmentId',
      params,
      search: { ...search, e: JSON.stringify(counted) === saved ? undefined : counted },
      replace: true,
    });
  };
  const audience = segment && !changed ? { segment: { id: segment.id } } : expression;
  const nameField = (
    <TextInput
      size="xs"
      aria-label={t('segments.name')}
      placeholder={t('segments.name_hint')}
      value={name}
      onChange={(event) => setName(event.currentTarget.value)}
    />
  );
  return (
    <Page
      bare
      title={segment?.name ?? t('segments.new')}
      crumb={{ label: t('place.segments'), to: '/segments' }}
      note={<SaveNote changed={changed} segment={segment} />}
      actions={
        can('write') && (
          <>
            <span className="wide-only">{nameField}</span>
            <ReasonedButton
              variant={segment && !changed ? 'default' : 'filled'}
              loading={actions.save.isPending}
              reason={unready ?? (!name.trim() || !changed ? unsaved : undefined)}
              onClick={() => actions.save.mutate({ name: name.trim(), expression })}
            >
              {t('ui.save')}
            </ReasonedButton>
            {unready ? (
              <ReasonedButton reason={unready}>{t('ui.write_to_them')}</ReasonedButton>
            ) : (
              <Button
                variant={segment && !changed ? 'filled' : 'default'}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/campaigns/$campaignId"
                    params={{ campaignId: 'new' }}
                    search={{ audience }}
                  />
                )}
              >
                {t('ui.write_to_them')}
              </Button>
            )}
            {segment && <MoreMenu segment={segment} onDelete={() => actions.remove.mutate()} />}
          </>
        )
      }
    >
      <div className="panes">
        <div className="pane">
          {actions.notice}
          {wrong ? (
            <p className="muted" role="status">
              {t('segments.wrong')}
            </p>
          ) : preview.error ? (
            <Failure
              error={preview.error}
              what={t('segments.count_failed')}
              retry={() => void preview.refetch()}
            />
          ) : (
            <Lead query={preview} expression={expression} total={total} />
          )}
          <div className="phone-only" style={{ paddingTop: 12 }}>
            {nameField}
          </div>
          <Section title={t('segments.who')} note={t('segments.left_after')}>
            <ExpressionBuilder value={edit.value} onChange={change} total={total} />
            <div className="inline segments-tools">
              <Button variant="subtle" disabled={!edit.canUndo} onClick={() => change(edit.undo())}>
                {t('ui.undo')}
              </Button>
              <Button variant="subtle" aria-expanded={json} onClick={() => setJson(!json)}>
                {t('segments.json')}
              </Button>
            </div>
            {json && <JsonPanel value={expression} onPaste={change} />}
          </Section>
          {!wrong && (
            <Breakdowns
              expression={expression}
              byStage={preview.data}
              stale={preview.isPlaceholderData}
            />
          )}
          {segment && segment.used_by.length > 0 && (
            <Section title={t('segments.used')}>
              <p className="muted">
                {t('segments.used_text', {
                  names: segment.used_by.map((user) => user.name).join(', '),
                })}
              </p>
            </Section>
          )}
        </div>
        <SamplePane
          preview={wrong || preview.isError ? undefined : preview.data}
          stale={preview.isPlaceholderData}
          failed={wrong || preview.isError}
          expression={expression}
        />
      </div>
    </Page>
  );
}

export default function SegmentPage() {
  const { t } = useTranslation();
  const { segmentId } = useParams({ from: '/frame/segments/$segmentId' });
  const query = useQuery({
    ...segmentQuery(segmentId === 'new' ? 0 : segmentId),
    enabled: segmentId !== 'new',
  });
  if (segmentId === 'new') return <Editor key="new" segment={null} />;
  if (query.data) return <Editor key={query.data.id} segment={query.data} />;
  return (
    <Page title={t('place.segments')} crumb={{ label: t('place.segments'), to: '/segments' }}>
      {query.error ? (
        <Failure
          error={query.error}
          what={t('segments.failed_single')}
          retry={() => void query.refetch()}
        />
      ) : (
        <SkeletonRows />
      )}
    </Page>
  );
}
