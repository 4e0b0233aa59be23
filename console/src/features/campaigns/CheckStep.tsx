import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { both } from '@/api/expressions';
import type { CampaignDraft, CampaignPreview, Expression } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Figure } from '@/ui/Figure';
import { attributeOf, measure } from '@/ui/telegram/template';
import type { Forecast } from './forecast';
import { hasTrackedLinks, isPublicHost, untracked } from './publicHost';

type Change = (part: Partial<CampaignDraft>) => void;
type Warning = CampaignPreview['warnings'][number];

/** One line of the check: what is right, or what to look at and what can be done about it. */
function Line({
  good = false,
  stale = false,
  action,
  children,
}: {
  good?: boolean;
  /** It was said of an older draft. */
  stale?: boolean;
  action?: ReactNode;
  children: ReactNode;
}) {
  const Sign = good ? IconCheck : IconAlertTriangle;
  return (
    <li className="aged" data-stale={stale || undefined}>
      <Sign className={good ? 'good' : 'warn'} size={16} stroke={1.5} aria-hidden="true" />
      <span>{children}</span>
      {action}
    </li>
  );
}

/** What the server warns of, whom it is about, and leaving them out. */
function WarningLine({
  warning: { code, count, expression, message },
  stale,
  audience,
  change,
}: {
  warning: Warning;
  stale: boolean;
  audience: Expression;
  change: Change;
}) {
  const { t, i18n } = useTranslation();
  const { number } = useFormat();
  const key = `compose.warning.${code}`;
  const values = { count: count ?? 0, number: number(count ?? 0) };
  return (
    <Line
      stale={stale}
      action={
        expression &&
        count !== null &&
        count > 0 && (
          <button
            type="button"
            className="text-link"
            onClick={() => change({ audience: both(audience, { not: expression }) })}
          >
            {t('compose.leave_out')}
          </button>
        )
      }
    >
      {i18n.exists(key, values) ? t(key, values) : message}
      {expression && (
        <>
          {' '}
          <Link className="text-link" to="/contacts" search={{ e: both(audience, expression) }}>
            {t('compose.show_them')}
          </Link>
        </>
      )}
    </Line>
  );
}

/** The fields of the message without words for people who lack them. */
function useBareFields(text: string): string[] {
  const { t, i18n } = useTranslation();
  const named = (name: string) =>
    i18n.exists(`editor.field_name.${name}`) ? t(`editor.field_name.${name}`) : name;
  return measure(text)
    .fields.filter(({ fallback }) => fallback === '')
    .map(({ name }) => attributeOf(name) ?? named(name));
}

/** Links that are counted lead through this server, which the people's phones cannot reach. */
function UnreachableHost({
  message,
  change,
}: {
  message: CampaignDraft['message'];
  change: Change;
}) {
  const { t } = useTranslation();
  const { public_url, phone_url } = useWorkspace().session;
  // The demo's people live on this machine and reach it.
  if (phone_url !== null || isPublicHost(public_url) || !hasTrackedLinks(message)) return null;
  return (
    <Line
      action={
        <button
          type="button"
          className="text-link"
          onClick={() => change({ message: untracked(message) })}
        >
          {t('compose.untrack')}
        </button>
      }
    >
      {t('compose.check_host', { host: public_url })}
    </Line>
  );
}

export function CheckStep({
  draft,
  forecast,
  change,
}: {
  draft: CampaignDraft;
  forecast: Forecast;
  change: Change;
}) {
  const { t } = useTranslation();
  const bare = useBareFields(draft.message.text ?? '');
  const written = Boolean(draft.message.text?.trim());
  return (
    <section className="campaigns-step" aria-labelledby="step-check">
      <h2 id="step-check">{t('compose.check')}</h2>
      <ul className="campaigns-checks">
        {!written && <Line>{t('compose.check_empty')}</Line>}
        {written && bare.length === 0 && <Line good>{t('compose.check_fallbacks')}</Line>}
        {bare.length > 0 && <Line>{t('compose.check_bare', { name: bare[0] })}</Line>}
        <UnreachableHost message={draft.message} change={change} />
        <Figure query={forecast} waiting={null}>
          {({ writes_to, warnings }, stale) => (
            <>
              {writes_to === 0 && <Line stale={stale}>{t('compose.check_nobody')}</Line>}
              {warnings.map((warning) => (
                <WarningLine
                  key={warning.code}
                  warning={warning}
                  stale={stale}
                  audience={draft.audience}
                  change={change}
                />
              ))}
            </>
          )}
        </Figure>
      </ul>
    </section>
  );
}
