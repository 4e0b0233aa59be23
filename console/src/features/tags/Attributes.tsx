import { Button, Drawer, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import { attributesQuery } from '@/api/queries';
import type { Attribute, UnifyAnswer } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { EmptyState, Failure, Loaded, SkeletonRows } from '@/ui/states';

const KINDS = ['bool', 'number', 'date', 'text'] as const;

/** What giving the kind would change. */
function Told({ answer }: { answer: UnifyAnswer }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <p>
      {t('tags.unify_will', { count: answer.changed, number: number(answer.changed) })}
      {answer.misfit_count > 0 && (
        <span className="warn">
          {' '}
          {t('tags.unify_misfits', {
            count: answer.misfit_count,
            number: number(answer.misfit_count),
            values: answer.misfits
              .slice(0, 3)
              .map((misfit) => String(misfit.value))
              .join(', '),
          })}
        </span>
      )}
    </p>
  );
}

/** Gives an attribute one kind: first what it would do, then doing it. */
function Unify({ attribute, onDone }: { attribute: Attribute; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [kind, setKind] = useState(attribute.kind ?? 'text');
  const send = useMutation({
    mutationFn: (dry: boolean) =>
      post('/attributes/unify', {
        body: { key: attribute.key, kind, dry_run: dry, drop_misfits: !dry },
      }),
    onSuccess: (_, dry) => {
      if (dry) return;
      for (const key of ['attributes', 'contacts', 'contact', 'preview'])
        void client.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
  const told = send.variables === true ? send.data : undefined;
  return (
    <div className="tags-will">
      <Select
        size="xs"
        allowDeselect={false}
        label={t('tags.attribute_kind')}
        data={KINDS.map((name) => ({ value: name, label: t(`tags.kind_${name}`) }))}
        value={kind}
        onChange={(next) => {
          if (next) setKind(next);
          send.reset();
        }}
      />
      {send.error && <Failure error={send.error} what={t('tags.attributes_failed')} />}
      {told && <Told answer={told} />}
      <div className="inline">
        <Button
          size="xs"
          loading={send.isPending && send.variables}
          onClick={() => send.mutate(true)}
        >
          {t('tags.unify_try')}
        </Button>
        {told && (
          <Button
            size="xs"
            variant="filled"
            loading={send.isPending}
            onClick={() => send.mutate(false)}
          >
            {t('tags.unify_do')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The attributes of people with their kinds. One whose values are mixed can be given one kind. */
export function Attributes({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuery(attributesQuery());
  const counts = ({ counts }: Attribute) =>
    (['bool', 'number', 'text'] as const)
      .filter((kind) => counts[kind] > 0)
      .map((kind) => `${t(`tags.kind_${kind}`)}: ${number(counts[kind])}`)
      .join(' · ');
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={480}
      title={t('tags.attributes')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Loaded query={query} what={t('tags.attributes_failed')} waiting={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('tags.attributes_empty')}>
              {t('tags.attributes_empty_text')}
            </EmptyState>
          ) : (
            <table className="table" aria-label={t('tags.attributes')}>
              <thead>
                <tr>
                  <th scope="col">{t('tags.name')}</th>
                  <th scope="col">{t('tags.attribute_kind')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((attribute) => (
                  <tr key={attribute.key}>
                    <td className="cut">{attribute.key}</td>
                    <td>
                      <div className="inline wrap">
                        {attribute.kind ? (
                          t(`tags.kind_${attribute.kind}`)
                        ) : (
                          <span className="warn">{t('tags.kind_mixed')}</span>
                        )}
                        <span className="small muted">{counts(attribute)}</span>
                        {can('edit_audiences') && chosen !== attribute.key && (
                          <Button size="compact-xs" onClick={() => setChosen(attribute.key)}>
                            {t('tags.unify')}
                          </Button>
                        )}
                      </div>
                      {chosen === attribute.key && (
                        <Unify attribute={attribute} onDone={() => setChosen(null)} />
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Drawer>
  );
}
