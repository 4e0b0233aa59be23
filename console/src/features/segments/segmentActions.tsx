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

/** Saving and deleting, and what to say when someone else saved first. `segment` is the one that the edit began from. */
export function useSegmentActions(segment: Segment | null, onSaved: (saved: Segment) => void) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const navigate = useNavigate();
  const keep = (saved: Segment) => {
    client.setQueryData(['segment', saved.id], saved);
    void client.invalidateQueries({ queryKey: ['segments'] });
  };
  const save = useMutation({
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
  const remove = useMutation({
    mutationFn: () => del('/segments/{id}', { params: { path: { id: segment?.id ?? 0 } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      toast(t('segments.deleted', { name: segment?.name ?? '' }));
      void navigate({ to: '/segments' });
    },
  });
  const conflict =
    save.error instanceof Problem && save.error.code === 'conflict'
      ? (save.error.current as Segment | undefined)
      : undefined;
  let notice: ReactNode = null;
  if (conflict && save.variables) {
    const mine = save.variables;
    notice = (
      <div className="failure" role="alert" style={{ marginBottom: 16 }}>
        <span className="words">
          <b>{t('segments.conflict')}</b>{' '}
          <span className="muted">{t('segments.conflict_text')}</span>
        </span>
        <Button
          onClick={() => {
            keep(conflict);
            save.reset();
            void navigate({
              to: '/segments/$segmentId',
              params: { segmentId: conflict.id },
              search: {},
              reloadDocument: true,
            });
          }}
        >
          {t('segments.take_theirs')}
        </Button>
        <Button onClick={() => save.mutate({ ...mine, over: conflict.version })}>
          {t('segments.keep_mine')}
        </Button>
      </div>
    );
  } else if (save.error ?? remove.error) {
    notice = (
      <Failure
        error={save.error ?? remove.error}
        what={t(save.error ? 'segments.save_failed' : 'segments.delete_failed')}
      />
    );
  }
  return { save, remove, notice };
}
