import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function FlowsPage() {
  const { t } = useTranslation();
  return <Page title={t('place.flows')}>{null}</Page>;
}
