import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, patch, post, Problem, type ProblemField } from '@/api/client';
import type { Flow, Graph } from '@/api/types';
import { useFaultWords } from '@/ui/editor/faults';
import { useProblemText } from '@/ui/states';
import { toast, toastFailure } from '@/ui/toast';
import { nodeOfPath } from './graph';

interface Theirs {
  graph: Graph;
  edit_version: number;
}

/**
 * Brings a stopped flow back as it was published. It saves nothing that is being edited, and publishes no draft that
 * moved on meanwhile: it looks again first.
 */
function useStartAgain(flow: Flow, keep: (flow: Flow) => void) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const params = { path: { id: flow.id } };
  const refuse = (why: string) =>
    toastFailure(t('flows.not_started_again', { name: flow.name }), why);
  return useMutation({
    mutationFn: async () => {
      const current = await get('/flows/{id}', { params });
      const isAsItWas = current.status === 'stopped' && !current.draft_changed;
      return isAsItWas ? post('/flows/{id}/publish', { params }) : current;
    },
    onSuccess: (current) => {
      keep(current);
      if (current.status === 'published') toast(t('flows.published'));
      else refuse(t('flows.draft_moved_on'));
    },
    onError: (error) => refuse(problem(error)),
  });
}

/** What is edited, saving it as the draft, and publishing the draft. */
export function useFlowEditing(flow: Flow) {
  const { t } = useTranslation();
  const faultWords = useFaultWords();
  const client = useQueryClient();
  // An edit remembers the version that it began from, so that the server can tell when someone else saved in between.
  const [edit, setEdit] = useState<{ graph: Graph; version: number } | null>(null);
  const edited = edit?.graph ?? null;
  const version = edit?.version ?? flow.edit_version;
  const keep = (saved: Flow) => {
    client.setQueryData(['flow', saved.id], saved);
    for (const key of ['flows', 'flow-versions', 'tags'])
      void client.invalidateQueries({ queryKey: [key] });
  };
  const params = { path: { id: flow.id } };
  const store = (graph: Graph, version: number) =>
    patch('/flows/{id}', { params, body: { graph, edit_version: version } });
  const save = useMutation({
    mutationFn: ({ graph, over }: { graph: Graph; over?: number }) => store(graph, over ?? version),
    onSuccess: (saved) => {
      keep(saved);
      setEdit(null);
      toast(t('flows.saved'));
    },
  });
  const publish = useMutation({
    mutationFn: async () => {
      if (edited) {
        const saved = await store(edited, version);
        keep(saved);
        setEdit(null);
      }
      return post('/flows/{id}/publish', { params });
    },
    onSuccess: (published) => {
      keep(published);
      void client.invalidateQueries({ queryKey: ['flow', flow.id] });
      toast(t('flows.published'));
    },
  });
  const startAgain = useStartAgain(flow, keep);
  const stop = useMutation({
    mutationFn: () => post('/flows/{id}/stop', { params }),
    onSuccess: () => {
      for (const key of [['flow', flow.id], ['flows']])
        void client.invalidateQueries({ queryKey: key });
      toast(
        t('flows.stopped_toast', { name: flow.name }),
        flow.draft_changed ? undefined : { label: t('ui.undo'), run: () => startAgain.mutate() },
      );
    },
  });
  const error = save.error ?? publish.error ?? stop.error;
  const problem = error instanceof Problem ? error : null;
  const faults = new Map<string, string[]>();
  for (const field of problem?.errors ?? []) {
    const node = nodeOfPath(field.path);
    if (node) faults.set(node, [...(faults.get(node) ?? []), faultWords(field)]);
  }
  const conflict =
    problem?.code === 'conflict' && problem.current ? (problem.current as Theirs) : null;
  return {
    graph: edited ?? flow.draft,
    changed: edited !== null && JSON.stringify(edited) !== JSON.stringify(flow.draft),
    edit: (graph: Graph) => {
      setEdit({ graph, version });
      if (error) for (const each of [save, publish]) each.reset();
    },
    discard: () => {
      setEdit(null);
      for (const each of [save, publish]) each.reset();
      void client.invalidateQueries({ queryKey: ['flow', flow.id] });
    },
    save,
    publish,
    stop,
    error,
    conflict,
    faults,
    otherFaults: (problem?.errors ?? []).filter(
      (field: ProblemField) => nodeOfPath(field.path) === null,
    ),
    faultAt: (id: string) => (path: string) => {
      const found = problem?.errors.find((field) => field.path.includes(`/nodes/${id}${path}`));
      return found && faultWords(found);
    },
  };
}
export type FlowEditing = ReturnType<typeof useFlowEditing>;
