import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trans, useTranslation } from 'react-i18next';
import { linksQuery } from '@/api/queries';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { Count } from '@/ui/Count';
import { Section } from '@/ui/Page';
import { Failure, SkeletonRows } from '@/ui/states';

const SHOWN = 5;

/** The links that brought the most people. */
export function LinksBringing() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const query = useQuery(linksQuery(bot.id));
  const links = (query.data?.items ?? [])
    .filter((link) => link.archived_at === null)
    .sort((a, b) => b.funnel.starts.count - a.funnel.starts.count)
    .slice(0, SHOWN);
  const most = Math.max(1, ...links.map((link) => link.funnel.starts.count));
  return (
    <Section
      title={t('links.home_title')}
      end={
        links.length > 0 ? (
          <Link className="text-link" to="/links">
            {t('links.home_all')}
          </Link>
        ) : undefined
      }
    >
      {query.error && !query.data ? (
        <Failure error={query.error} what={t('links.failed')} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows rows={3} />
      ) : null}
      {query.data && links.length === 0 && (
        <p className="muted">
          {t('links.home_none')}{' '}
          {can('edit_links') && (
            <Link className="text-link" to="/links" search={{ drawer: 'new' }}>
              {t('links.home_make')}
            </Link>
          )}
        </p>
      )}
      <ul className="home-links">
        {links.map((link) => (
          <li key={link.id}>
            <Link className="cut" to="/links/$linkId" params={{ linkId: link.id }}>
              {link.name}
            </Link>
            <Meter value={link.funnel.starts.count} of={most} fill="var(--text-2)" />
            <span className="small muted home-links-figure">
              <Trans
                i18nKey="links.home_line"
                values={{ visits: number(link.funnel.visits) }}
                components={{
                  n: <Count value={link.funnel.starts.count} people={link.funnel.starts.people} />,
                }}
              />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
