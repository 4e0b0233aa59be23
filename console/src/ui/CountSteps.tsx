import { IconFilterPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Expression } from '@/api/types';
import { useCan } from '@/api/workspace';
import { Count } from './Count';

interface CountStepsProps {
  value: number;
  people: Expression | undefined;
  /** What a segment of these people would be called. */
  name: string;
  children?: ReactNode;
}

/** A number in a table that opens its people, and beside it the step to a segment of them: seen in the row in use. */
export function CountSteps({ value, people, name, children }: CountStepsProps) {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <span className="count-steps">
      {people && value > 0 && can('edit_audiences') && (
        <Link
          className="count-step"
          to="/segments/$segmentId"
          params={{ segmentId: 'new' }}
          search={{ e: people, name }}
          aria-label={t('ui.made_segment_of', { name })}
          title={t('ui.made_segment')}
        >
          <IconFilterPlus size={14} stroke={1.5} aria-hidden="true" />
        </Link>
      )}
      <Count value={value} people={people}>
        {children}
      </Count>
    </span>
  );
}
