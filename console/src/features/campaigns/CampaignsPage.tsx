import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function CampaignsPage() {
  const { t } = useTranslation();
  return <Page title={t('place.campaigns')}>{null}</Page>;
}
