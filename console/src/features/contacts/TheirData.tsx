import { Button, Group, Modal } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, download } from '@/api/client';
import type { Contact } from '@/api/types';
import { useCan } from '@/api/workspace';
import { Section } from '@/ui/Page';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';

/** What a person may ask for: everything that is known of them, or to be forgotten. */
export function TheirData({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const can = useCan();
  const [asks, setAsks] = useState(false);
  if (!can('export_contacts')) return null;
  return (
    <Section title={t('person.data')}>
      <Group gap={8}>
        <Button
          component="a"
          href={download('/contacts/{id}/export', { path: { id: contact.id } })}
          download
          leftSection={<IconDownload size={14} stroke={1.5} />}
        >
          {t('person.data_export')}
        </Button>
        {can('erase_contacts') && (
          <Button color="red" variant="subtle" onClick={() => setAsks(true)}>
            {t('person.erase')}
          </Button>
        )}
      </Group>
      {asks && <Erase contact={contact} onClose={() => setAsks(false)} />}
    </Section>
  );
}

function Erase({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  const name = contact.name.trim().slice(0, 60) || t('ui.no_name');
  const erase = useMutation({
    mutationFn: () => del('/contacts/{id}', { params: { path: { id: contact.id } } }),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['contact', contact.id] });
      void client.invalidateQueries();
      void navigate({ to: '/contacts' });
      toast(t('person.erased'));
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('person.erase_title', { name })}
      size={420}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <p style={{ paddingBottom: 12 }}>{t('person.erase_text')}</p>
      {erase.error && (
        <p className="bad" role="alert" style={{ paddingBottom: 12 }}>
          {problem(erase.error)}
        </p>
      )}
      <Group justify="flex-end" gap={8}>
        <Button data-autofocus onClick={onClose}>
          {t('ui.cancel')}
        </Button>
        <Button
          color="red"
          variant="filled"
          loading={erase.isPending}
          onClick={() => erase.mutate()}
        >
          {t('person.erase_do')}
        </Button>
      </Group>
    </Modal>
  );
}
