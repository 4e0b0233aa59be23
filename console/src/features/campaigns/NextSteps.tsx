import { IconFilter, IconSend } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Expression } from '@/api/types';
import { useCan } from '@/api/workspace';

/** From a number to its next step: the same people as a segment, or as the next audience. */
export function NextSteps({
  people,
  name,
  writes = true,
}: {
  people: Expression;
  name: string;
  writes?: boolean;
}) {
  const { t } = useTranslation();
  const can = useCan();
  if (!can('send_campaigns')) return null;
  return (
    <span className="campaigns-next-steps">
      <Link to="/segments/$segmentId" params={{ segmentId: 'new' }} search={{ e: people, name }}>
        <IconFilter size={13} stroke={1.5} aria-hidden="true" />
        {t('ui.made_segment')}
      </Link>
      {writes && (
        <Link
          to="/campaigns/$campaignId"
          params={{ campaignId: 'new' }}
          search={{ audience: people }}
        >
          <IconSend size={13} stroke={1.5} aria-hidden="true" />
          {t('report.write_to_these')}
        </Link>
      )}
    </span>
  );
}
