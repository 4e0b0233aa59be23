import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { del, patch, post, Problem } from '@/api/client';
import type { Expression, Segment } from '@/api/types';
import { useBot } from '@/api/workspace';
import { Failure } from '@/ui/states';
import { toast } from '@/ui/toast';

interface Draft {
  name: string;
  description: string;
  expression: Expression;
}

type Keep = (saved: Segment) => void;

function useKeep(): Keep {
  const client = useQueryClient();
  return (saved) => {
    client.setQueryData(['segment', saved.id], saved);
    void client.invalidateQueries({ queryKey: ['segments'] });
  };
}

function useSave(segment: Segment | null, onSaved: (saved: Segment) => void) {
  const { t } = useTranslation();
  const bot = useBot();
  const navigate = useNavigate();
  const keep = useKeep();
  return useMutation({
    mutationFn: (draft: Draft & { over?: number }) => {
      const { over, ...fields } = draft;
      return segment
        ? patch('/segments/{id}', {
            params: { path: { id: segment.id } },
            body: { ...fields, version: over ?? segment.version },
          })
        : post('/segments', { body: { bot_id: bot.id, ...fields } });
    },
    onSuccess: (saved) => {
      keep(saved);
      onSaved(saved);
      toast(t('segments.saved_toast', { name: saved.name }));
      void navigate({
        to: '/segments/$segmentId',
        params: { segmentId: saved.id },
        search: {},
        replace: true,
      });
    },
  });
}

function useRemove(segment: Segment | null) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => del('/segments/{id}', { params: { path: { id: segment?.id ?? 0 } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      toast(t('segments.deleted', { name: segment?.name ?? '' }));
      void navigate({ to: '/segments' });
    },
  });
}

type Save = ReturnType<typeof useSave>;

/** Somebody else saved first: whose stays is asked. */
function Conflict({ theirs, mine, save }: { theirs: Segment; mine: Draft; save: Save }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const keep = useKeep();
  const takeTheirs = () => {
    keep(theirs);
    save.reset();
    void navigate({
      to: '/segments/$segmentId',
      params: { segmentId: theirs.id },
      search: {},
      reloadDocument: true,
    });
  };
  return (
    <div className="failure" role="alert" style={{ marginBottom: 16 }}>
      <span className="words">
        <b>{t('segments.conflict')}</b> <span className="muted">{t('segments.conflict_text')}</span>
      </span>
      <Button onClick={takeTheirs}>{t('segments.take_theirs')}</Button>
      <Button onClick={() => save.mutate({ ...mine, over: theirs.version })}>
        {t('segments.keep_mine')}
      </Button>
    </div>
  );
}

/** Saving and deleting, and what to say when someone else saved first. `segment` is the one that the edit began from. */
export function useSegmentActions(segment: Segment | null, onSaved: (saved: Segment) => void) {
  const { t } = useTranslation();
  const save = useSave(segment, onSaved);
  const remove = useRemove(segment);
  const isConflict = save.error instanceof Problem && save.error.code === 'conflict';
  const theirs = isConflict ? ((save.error as Problem).current as Segment | undefined) : undefined;
  const error = save.error ?? remove.error;
  let notice: ReactNode = null;
  if (theirs && save.variables)
    notice = <Conflict theirs={theirs} mine={save.variables} save={save} />;
  else if (error)
    notice = (
      <Failure
        error={error}
        what={t(save.error ? 'segments.save_failed' : 'segments.delete_failed')}
      />
    );
  return { save, remove, notice };
}
