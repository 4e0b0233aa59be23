import { useEffect } from 'react';
import './flows.css';
import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { flowQuery, flowVersionsQuery, tagsQuery } from '@/api/queries';
import type { Flow, FlowVersion, Graph } from '@/api/types';
import { useWords } from '@/api/texts';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { markFlowSeen } from '@/ui/flowSeen';
import { Page, Section } from '@/ui/Page';
import { Failure, SkeletonRows } from '@/ui/states';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Canvas } from './Canvas';
import { type FlowEditing, useFlowEditing } from './flowEditing';
import { Outline } from './Outline';
import { DrawingContext } from './StepCard';
import { StepForm } from './StepForm';
import { Versions } from './Versions';

function Note({ flow, changed }: { flow: Flow; changed: boolean }) {
  const { t } = useTranslation();
  if (changed) return <>{t('flows.changed')}</>;
  if (flow.status === 'stopped') return <>{t('flows.note_stopped')}</>;
  if (flow.status === 'draft') return <>{t('flows.note_draft')}</>;
  return (
    <>
      {flow.draft_changed
        ? t('flows.note_draft_of', { next: (flow.version ?? 0) + 1, version: flow.version })
        : t('flows.note_live', { version: flow.version })}
    </>
  );
}

function Notices({ editing }: { editing: FlowEditing }) {
  const { t } = useTranslation();
  const { conflict, error } = editing;
  if (conflict) {
    return (
      <div className="failure" role="alert">
        <span className="words">
          <b>{t('flows.conflict')}</b> <span className="muted">{t('segments.conflict_text')}</span>
        </span>
        <Button onClick={editing.discard}>{t('segments.take_theirs')}</Button>
        <Button
          onClick={() => editing.save.mutate({ graph: editing.graph, over: conflict.edit_version })}
        >
          {t('segments.keep_mine')}
        </Button>
      </div>
    );
  }
  if (!error) return null;
  const all = [...editing.faults.values()].flat();
  return (
    <div>
      <Failure
        error={error}
        what={t(editing.publish.error ? 'flows.publish_failed' : 'flows.save_failed')}
      />
      {all.length + editing.otherFaults.length > 1 && (
        <ul className="flows-faults small bad">
          {[...all, ...editing.otherFaults.map((field) => field.message)]
            .slice(0, 8)
            .map((message) => (
              <li key={message}>{message}</li>
            ))}
        </ul>
      )}
    </div>
  );
}

function Runs({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { runs } = flow;
  // Steps are counted by name over all versions, and a version may begin at a step of another name.
  const versions = useQuery(flowVersionsQuery(flow.id)).data?.items;
  const starts = new Set(versions?.map((version) => version.graph.start));
  const again = versions
    ? [...starts].reduce((rest, start) => rest - (flow.nodes[start]?.reached ?? 0), runs.started)
    : 0;
  return (
    <Section first title={t('flows.runs')}>
      <p>
        <span className="lead-figure">{number(runs.started)}</span>{' '}
        <span className="unit">{t('flows.started', { count: runs.started })}</span>
      </p>
      <p className="muted">
        {t('flows.runs_text', { active: number(runs.active), ended: number(runs.ended) })}
      </p>
      {again > 0 && (
        <p className="muted">{t('flows.runs_again', { count: again, number: number(again) })}</p>
      )}
      <p className="small faint" style={{ paddingTop: 8 }}>
        {t('flows.choose_step')}
      </p>
    </Section>
  );
}

function Actions({ flow, editing }: { flow: Flow; editing: FlowEditing }) {
  const { t } = useTranslation();
  const { changed, save, publish, stop } = editing;
  const publishable = changed || flow.draft_changed || flow.status !== 'published';
  return (
    <>
      {changed && (
        <Button variant="subtle" onClick={editing.discard}>
          {t('flows.discard')}
        </Button>
      )}
      {!changed && flow.status === 'published' && (
        <Button
          className="wide-only"
          variant="subtle"
          loading={stop.isPending}
          onClick={() => stop.mutate()}
        >
          {t('flows.stop')}
        </Button>
      )}
      {changed && (
        <Button loading={save.isPending} onClick={() => save.mutate({ graph: editing.graph })}>
          {t('ui.save')}
        </Button>
      )}
      <ReasonedButton
        variant={publishable ? 'filled' : 'default'}
        reason={publishable ? undefined : t('flows.nothing_to_publish')}
        loading={publish.isPending}
        onClick={() => publish.mutate()}
      >
        {t('flows.publish')}
      </ReasonedButton>
    </>
  );
}

/** The version that the address asks for, where it is not the draft. */
function useOldVersion(flow: Flow) {
  const { version } = useSearch({ from: '/frame/flows/$flowId' });
  const versions = useQuery({ ...flowVersionsQuery(flow.id), enabled: version !== undefined }).data;
  return versions?.items.find((each) => each.version === version);
}

/** What every step of the drawing asks for: whose it is, which one is chosen, and what is wrong with it. */
function useDrawing(flow: Flow, graph: Graph, editing: FlowEditing) {
  const bot = useBot();
  const navigate = useNavigate();
  const { node: chosen, version } = useSearch({ from: '/frame/flows/$flowId' });
  const tags = useQuery(tagsQuery(bot.id)).data?.items ?? [];
  const wordsOf = useWords(
    Object.values(graph.nodes).flatMap((each) =>
      'message' in each && each.message ? [each.message] : [],
    ),
  );
  return {
    flow,
    wordsOf,
    colors: Object.fromEntries(tags.map((tag) => [tag.name, tag.color])),
    selected: chosen,
    faults: editing.faults,
    onSelect: (id: string) =>
      void navigate({
        to: '/flows/$flowId',
        params: { flowId: flow.id },
        search: { version, node: id === chosen ? undefined : id },
        replace: true,
      }),
  };
}

/** That an old version is looked at, and the way back to the draft. */
function OldVersion({ version, onDraft }: { version: number; onDraft: () => void }) {
  const { t } = useTranslation();
  return (
    <p className="callout small">
      <span>{t('flows.looking_at', { version })}</span>{' '}
      <button type="button" className="text-link end" onClick={onDraft}>
        {t('flows.to_draft')}
      </button>
    </p>
  );
}

interface PaneProps {
  flow: Flow;
  graph: Graph;
  editing: FlowEditing;
  old: FlowVersion | undefined;
}

/** Beside the drawing: the step that is chosen, else how many walk through; below it the versions. */
function Pane({ flow, graph, editing, old }: PaneProps) {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const { node: chosen, version } = useSearch({ from: '/frame/flows/$flowId' });
  const node = chosen === undefined ? undefined : graph.nodes[chosen];
  const toDraft = () =>
    void navigate({ to: '/flows/$flowId', params: { flowId: flow.id }, search: {} });
  return (
    <aside className="flows-pane" aria-label={t('flows.step')}>
      <Notices editing={editing} />
      {old && <OldVersion version={old.version} onDraft={toDraft} />}
      {node && chosen !== undefined ? (
        <StepForm
          key={chosen}
          id={chosen}
          node={node}
          graph={graph}
          editable={can('edit_flows') && old === undefined}
          faultAt={editing.faultAt(chosen)}
          onGraph={editing.edit}
        />
      ) : (
        <Runs flow={flow} />
      )}
      <Versions
        flow={flow}
        shown={version}
        onTake={(taken) => {
          editing.edit(taken);
          toDraft();
        }}
      />
    </aside>
  );
}

function Editor({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const can = useCan();
  const narrow = useMediaQuery('(max-width: 760px)', undefined, { getInitialValueInEffect: false });
  const { version } = useSearch({ from: '/frame/flows/$flowId' });
  const editing = useFlowEditing(flow);
  const old = useOldVersion(flow);
  const graph = old?.graph ?? editing.graph;
  const drawing = useDrawing(flow, graph, editing);
  return (
    <DrawingContext value={drawing}>
      <Page
        bare
        title={flow.name}
        crumb={{ label: t('place.flows'), to: '/flows' }}
        note={
          old ? (
            t('flows.looking_at', { version: old.version })
          ) : (
            <Note flow={flow} changed={editing.changed} />
          )
        }
        actions={
          can('edit_flows') && old === undefined && <Actions flow={flow} editing={editing} />
        }
      >
        <div className="flows-page">
          {narrow ? <Outline graph={graph} /> : <Canvas key={version ?? 'draft'} graph={graph} />}
          <Pane flow={flow} graph={graph} editing={editing} old={old} />
        </div>
      </Page>
    </DrawingContext>
  );
}

/** One flow: its graph as it runs, and the form that changes its menus. */
export default function FlowPage() {
  useEffect(markFlowSeen, []);
  const { t } = useTranslation();
  const { flowId } = useParams({ from: '/frame/flows/$flowId' });
  const query = useQuery(flowQuery(flowId));
  if (query.data) return <Editor key={query.data.id} flow={query.data} />;
  return (
    <Page title={t('place.flows')} crumb={{ label: t('place.flows'), to: '/flows' }}>
      {query.error ? (
        <Failure
          error={query.error}
          what={t('flows.one_failed')}
          retry={() => void query.refetch()}
        />
      ) : (
        <SkeletonRows />
      )}
    </Page>
  );
}
