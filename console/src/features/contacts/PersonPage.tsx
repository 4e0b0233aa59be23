import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function PersonPage() {
  const { t } = useTranslation();
  return <Page title={t('place.contacts')}>{null}</Page>;
}
