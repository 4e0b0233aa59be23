import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';
import { useBot } from '@/api/workspace';
import { CampaignState } from '@/ui/CampaignState';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { Page, Section } from '@/ui/Page';
import { ClosedPlace } from '@/ui/states';
import { Bubble } from '@/ui/telegram/Bubble';
import { Phone } from '@/ui/telegram/Phone';

/** A draft as it stands, for whose role does not write campaigns; there is nothing to read of a new one. */
export function ReadDraft({ campaign }: { campaign: Campaign | null }) {
  const { t } = useTranslation();
  const bot = useBot();
  return (
    <Page
      title={campaign?.name || t('campaigns.unnamed')}
      crumb={{ label: t('place.campaigns'), to: '/campaigns' }}
      note={campaign && <CampaignState campaign={campaign} />}
    >
      {campaign === null ? (
        <ClosedPlace />
      ) : (
        <>
          <Section first title={t('compose.who')}>
            <p>
              <ExpressionSentence expression={campaign.audience} />
            </p>
          </Section>
          <Section title={t('compose.what')}>
            <Phone name={bot.name} note={t('compose.as_seen')}>
              <Bubble message={campaign.message} />
            </Phone>
          </Section>
        </>
      )}
    </Page>
  );
}
