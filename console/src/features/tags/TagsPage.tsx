import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function TagsPage() {
  const { t } = useTranslation();
  return <Page title={t('place.tags')}>{null}</Page>;
}
