import './segments.css';
import { ActionIcon, Button, Menu, Textarea, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { reachableOnly, unreachableOnly } from '@/api/expressions';
import { homeQuery, segmentQuery } from '@/api/queries';
import type { Expression, Preview, Segment } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { ExpressionBuilder } from '@/ui/expression/ExpressionBuilder';
import { Figure, type Reading } from '@/ui/Figure';
import { Page, Section } from '@/ui/Page';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Failure, Skeleton, SkeletonRows } from '@/ui/states';
import { Breakdowns } from './Breakdowns';
import { JsonPanel } from './JsonPanel';
import { SamplePane } from './SamplePane';
import { type SegmentEdit, useSegmentEdit } from './useSegmentEdit';

/** As long as the server takes it. */
const DESCRIPTION_MAX = 1_000;

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

function MoreMenu({
  segment,
  expression,
  onDelete,
}: {
  segment: Segment;
  expression: Expression;
  onDelete: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const duplicate = () =>
    void navigate({
      to: '/segments/$segmentId',
      params: { segmentId: 'new' },
      search: { e: expression, name: t('segments.copy_name', { name: segment.name }) },
    });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={t('segments.more')}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={duplicate}>{t('segments.duplicate')}</Menu.Item>
        <Menu.Item color="var(--bad)" disabled={segment.used_by.length > 0} onClick={onDelete}>
          {t(segment.used_by.length > 0 ? 'segments.delete_used' : 'ui.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function NameField({ edit }: { edit: SegmentEdit }) {
  const { t } = useTranslation();
  return (
    <TextInput
      size="xs"
      aria-label={t('segments.name')}
      placeholder={t('segments.name_hint')}
      value={edit.name}
      onChange={(event) => edit.setName(event.currentTarget.value)}
    />
  );
}

/** What the segment is for, in the team's own words; it is saved with the rest. */
function Description({ edit }: { edit: SegmentEdit }) {
  const { t } = useTranslation();
  const can = useCan();
  if (!can('edit_audiences'))
    return edit.description ? <p className="muted">{edit.description}</p> : null;
  return (
    <Textarea
      className="segments-description"
      autosize
      minRows={1}
      maxRows={6}
      maxLength={DESCRIPTION_MAX}
      aria-label={t('segments.description')}
      placeholder={t('segments.description_hint')}
      value={edit.description}
      onChange={(event) => edit.setDescription(event.currentTarget.value)}
    />
  );
}

function Actions({ segment, edit }: EditorProps & { edit: SegmentEdit }) {
  const { t } = useTranslation();
  const { name, description, expression, wrong, changed, actions } = edit;
  const unready = wrong ? t('segments.wrong') : undefined;
  const unsaved = !name.trim() ? t('segments.unnamed') : t('ui.nothing_changed');
  const audience = segment && !changed ? { segment: { id: segment.id } } : expression;
  return (
    <>
      <span className="wide-only">
        <NameField edit={edit} />
      </span>
      <ReasonedButton
        variant={segment && !changed ? 'default' : 'filled'}
        loading={actions.save.isPending}
        reason={unready ?? (!name.trim() || !changed ? unsaved : undefined)}
        onClick={() => actions.save.mutate({ name: name.trim(), description, expression })}
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
      {segment && (
        <MoreMenu
          segment={segment}
          expression={expression}
          onDelete={() => actions.remove.mutate()}
        />
      )}
    </>
  );
}

/** How many match; or why nobody can be counted. */
function Match({ edit, total }: { edit: SegmentEdit; total: number | undefined }) {
  const { t } = useTranslation();
  const { preview, wrong, expression } = edit;
  if (wrong)
    return (
      <p className="muted" role="status">
        {t('segments.wrong')}
      </p>
    );
  if (preview.error)
    return (
      <Failure
        error={preview.error}
        what={t('segments.count_failed')}
        retry={() => void preview.refetch()}
      />
    );
  return <Lead query={preview} expression={expression} total={total} />;
}

function Conditions({ edit, total }: { edit: SegmentEdit; total: number | undefined }) {
  const { t } = useTranslation();
  const [json, setJson] = useState(false);
  const { edit: draft, change } = edit;
  return (
    <Section title={t('segments.who')} note={t('segments.left_after')}>
      <ExpressionBuilder value={draft.value} onChange={change} total={total} />
      <div className="inline segments-tools">
        <ReasonedButton
          variant="subtle"
          reason={draft.canUndo ? undefined : t('ui.nothing_to_undo')}
          onClick={() => change(draft.undo())}
        >
          {t('ui.undo')}
        </ReasonedButton>
        <Button variant="subtle" aria-expanded={json} onClick={() => setJson(!json)}>
          {t('segments.json')}
        </Button>
      </div>
      {json && <JsonPanel value={edit.expression} onPaste={change} />}
    </Section>
  );
}

function Editor({ segment }: EditorProps) {
  const { t } = useTranslation();
  const can = useCan();
  const edit = useSegmentEdit(segment);
  const total = useQuery(homeQuery(useBot().id, 7)).data?.people;
  const { preview, wrong, expression } = edit;
  const failed = wrong || preview.isError;
  return (
    <Page
      bare
      title={segment?.name ?? t('segments.new')}
      crumb={{ label: t('place.segments'), to: '/segments' }}
      note={<SaveNote changed={edit.changed} segment={segment} />}
      actions={can('edit_audiences') && <Actions segment={segment} edit={edit} />}
    >
      <div className="panes">
        <div className="pane">
          {edit.actions.notice}
          <Match edit={edit} total={total} />
          <div className="phone-only" style={{ paddingTop: 12 }}>
            <NameField edit={edit} />
          </div>
          <Description edit={edit} />
          <Conditions edit={edit} total={total} />
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
          preview={failed ? undefined : preview.data}
          stale={preview.isPlaceholderData}
          failed={failed}
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
