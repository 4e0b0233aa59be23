import { useTranslation } from 'react-i18next';
import { Skeleton } from '@/ui/states';
import styles from './editor.module.css';

/** Grey where the text will stand. */
export function Waiting({ compact = false }: { compact?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={styles.box} role="status" aria-label={t('ui.loading')}>
      {!compact && (
        <div className={styles.tools}>
          <span className={styles.bar} />
        </div>
      )}
      <div className={compact ? `${styles.text} ${styles.low}` : styles.text}>
        <Skeleton width="60%" />
      </div>
      <div className={styles.under}>
        <div className={styles.foot} />
      </div>
    </div>
  );
}
