import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { Campaign } from '@/api/types';
import { useProblemText } from '@/ui/states';
import { toastFailure } from '@/ui/toast';

/** As long as a campaign's name may be. */
const NAME_MAX = 128;

/** The same message to the same people, as a draft of its own, which opens. */
export function useDuplicate({ bot_id, name, audience, message, held_out_percent }: Campaign) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  return useMutation({
    mutationFn: () => {
      const copy = t('campaigns.copy_name', { name }).slice(0, NAME_MAX);
      return post('/campaigns', {
        body: { bot_id, name: copy, audience, message, held_out_percent },
      });
    },
    onSuccess: (draft) => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void navigate({ to: '/campaigns/$campaignId', params: { campaignId: draft.id } });
    },
    onError: (error) => toastFailure(t('campaigns.duplicate_failed'), problem(error)),
  });
}
