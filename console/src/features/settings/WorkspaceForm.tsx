import { Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '@/api/client';
import { useCan, useWorkspace } from '@/api/workspace';
import { Section } from '@/ui/Page';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';

/** What the workspace is called, and where its days begin. */
export function WorkspaceForm() {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblemText();
  const { workspace } = useWorkspace().session;
  const [name, setName] = useState(workspace.name);
  const [zone, setZone] = useState(workspace.time_zone);
  const changed = name.trim() !== workspace.name || zone !== workspace.time_zone;
  const zones = [...new Set([workspace.time_zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const save = useMutation({
    mutationFn: () => patch('/workspace', { body: { name: name.trim(), time_zone: zone } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['session'] });
      toast(t('settings.workspace_saved'));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const readOnly = !can('manage_workspace');
  return (
    <Section title={t('settings.workspace')}>
      <form className="settings-form" onSubmit={submit}>
        <TextInput
          label={t('settings.workspace_name')}
          readOnly={readOnly}
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t('settings.time_zone')}
          description={t('settings.time_zone_note')}
          searchable
          allowDeselect={false}
          limit={60}
          readOnly={readOnly}
          value={zone}
          onChange={(next) => next && setZone(next)}
          data={zones}
          nothingFoundMessage={t('settings.no_zone')}
        />
        {save.error && (
          <p className="field-error" role="alert">
            {problem(save.error)}
          </p>
        )}
        {!readOnly && (
          <div className="inline">
            <ReasonedButton
              type="submit"
              loading={save.isPending}
              reason={
                !name.trim() ? t('ui.unnamed') : changed ? undefined : t('ui.nothing_changed')
              }
            >
              {t('ui.save')}
            </ReasonedButton>
            {changed && <span className="small faint">{t('settings.changed')}</span>}
          </div>
        )}
      </form>
    </Section>
  );
}
