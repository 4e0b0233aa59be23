import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function StagesPage() {
  const { t } = useTranslation();
  return <Page title={t('place.stages')}>{null}</Page>;
}
