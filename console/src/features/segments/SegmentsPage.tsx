import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function SegmentsPage() {
  const { t } = useTranslation();
  return <Page title={t('place.segments')}>{null}</Page>;
}
