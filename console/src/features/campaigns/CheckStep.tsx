import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { both } from '@/api/expressions';
import type { CampaignDraft, CampaignPreview } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { attributeOf, measure } from '@/ui/telegram/template';
import { hasTrackedLinks, isPublicHost, untracked } from './publicHost';

export function CheckStep({
  draft,
  forecast,
  change,
}: {
  draft: CampaignDraft;
  forecast: CampaignPreview | undefined;
  change: (part: Partial<CampaignDraft>) => void;
}) {
  const { t, i18n } = useTranslation();
  const { number } = useFormat();
  const { fields } = measure(draft.message.text ?? '');
  const bare = fields
    .filter(({ fallback }) => fallback === '')
    .map(
      ({ name }) =>
        attributeOf(name) ??
        (i18n.exists(`editor.field_name.${name}`) ? t(`editor.field_name.${name}`) : name),
    );
  const written = Boolean(draft.message.text?.trim());
  const { public_url, phone_url } = useWorkspace().session;
  // The demo's people live on this machine and reach it.
  const leadsNowhere =
    phone_url === null && !isPublicHost(public_url) && hasTrackedLinks(draft.message);
  return (
    <section className="campaigns-step" aria-labelledby="step-check">
      <h2 id="step-check">{t('compose.check')}</h2>
      <ul className="campaigns-checks">
        {!written && (
          <li>
            <IconAlertTriangle className="warn" size={16} stroke={1.5} aria-hidden="true" />
            <span>{t('compose.check_empty')}</span>
          </li>
        )}
        {written && bare.length === 0 && (
          <li>
            <IconCheck className="good" size={16} stroke={1.5} aria-hidden="true" />
            <span>{t('compose.check_fallbacks')}</span>
          </li>
        )}
        {bare.length > 0 && (
          <li>
            <IconAlertTriangle className="warn" size={16} stroke={1.5} aria-hidden="true" />
            <span>{t('compose.check_bare', { name: bare[0] })}</span>
          </li>
        )}
        {forecast?.writes_to === 0 && (
          <li>
            <IconAlertTriangle className="warn" size={16} stroke={1.5} aria-hidden="true" />
            <span>{t('compose.check_nobody')}</span>
          </li>
        )}
        {leadsNowhere && (
          <li>
            <IconAlertTriangle className="warn" size={16} stroke={1.5} aria-hidden="true" />
            <span>{t('compose.check_host', { host: public_url })}</span>
            <button
              type="button"
              className="text-link"
              onClick={() => change({ message: untracked(draft.message) })}
            >
              {t('compose.untrack')}
            </button>
          </li>
        )}
        {forecast?.warnings.map((warning) => {
          const { expression, count } = warning;
          return (
            <li key={warning.code}>
              <IconAlertTriangle className="warn" size={16} stroke={1.5} aria-hidden="true" />
              <span>
                {i18n.exists(`compose.warning.${warning.code}`, { count: count ?? 0 })
                  ? t(`compose.warning.${warning.code}`, {
                      count: count ?? 0,
                      number: number(count ?? 0),
                    })
                  : warning.message}
                {expression && (
                  <>
                    {' '}
                    <Link
                      className="text-link"
                      to="/contacts"
                      search={{ e: both(draft.audience, expression) }}
                    >
                      {t('compose.show_them')}
                    </Link>
                  </>
                )}
              </span>
              {expression && count !== null && count > 0 && (
                <button
                  type="button"
                  className="text-link"
                  onClick={() => change({ audience: both(draft.audience, { not: expression }) })}
                >
                  {t('compose.leave_out')}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
