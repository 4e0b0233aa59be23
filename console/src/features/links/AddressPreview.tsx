import { useTranslation } from 'react-i18next';
import type { LinkDraft } from './draft';

/** The address as people will open it. The defaults are the link's own, so the address stays short. */
export function AddressPreview({ draft, url }: { draft: LinkDraft; url?: string | undefined }) {
  const { t } = useTranslation();
  const code = draft.code.trim();
  return (
    <p className="links-address" aria-live="polite">
      <span className="small faint">{t('links.address')}</span>
      {url ? (
        <code>{url}</code>
      ) : (
        <code>
          {window.location.origin}/l/{code || <i>{t('links.address_any')}</i>}
        </code>
      )}
    </p>
  );
}
