import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { visitsQuery } from '@/api/queries';
import type { Contact, Visit } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Section } from '@/ui/Page';
import { Failure } from '@/ui/states';

/** What a visit told of the browser: system, address, country and where that is from. */
export function VisitFacts({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const said = [
    visit.browser,
    visit.os,
    visit.device && t([`person.device.${visit.device}`, 'person.device.other']),
  ]
    .filter(Boolean)
    .join(', ');
  const rows: [string, string | null][] = [
    [t('person.visit_browser'), said || null],
    [t('person.visit_address'), visit.address],
    [t(`person.country.${visit.country_by ?? 'language'}`), visit.country],
    [t('person.visit_referrer'), visit.referrer],
  ];
  return (
    <dl className="contacts-facts">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** The visits of links through which a person started. */
export function Visits({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const query = useQuery(visitsQuery(contact.id));
  const visits = query.data?.items ?? [];
  if (!query.error && visits.length === 0) return null;
  return (
    <Section title={t('person.visits')}>
      {query.error && (
        <Failure
          error={query.error}
          what={t('person.visits_failed')}
          retry={() => void query.refetch()}
        />
      )}
      <ul className="contacts-visits">
        {visits.map((visit) => (
          <li key={`${visit.link.id}-${visit.at}`}>
            <p className="cut">
              <Link className="text-link" to="/links/$linkId" params={{ linkId: visit.link.id }}>
                <bdi>{visit.link.name}</bdi>
              </Link>{' '}
              <span className="small faint">{dateTime(visit.at)}</span>
            </p>
            <VisitFacts visit={visit} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
