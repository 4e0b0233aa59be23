import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { flowVersionsQuery } from '@/api/queries';
import type { Flow, Graph } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Section } from '@/ui/Page';
import { Loaded, SkeletonRows } from '@/ui/states';

/** What was published when; any of them can be looked at, and taken back as the draft. */
export function Versions({
  flow,
  shown,
  onTake,
}: {
  flow: Flow;
  shown: number | undefined;
  onTake: (graph: Graph) => void;
}) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  const can = useCan();
  const query = useQuery(flowVersionsQuery(flow.id));
  return (
    <Section title={t('flows.versions')}>
      <Loaded query={query} what={t('flows.versions_failed')} waiting={<SkeletonRows rows={2} />}>
        {({ items }) => (
          <ul className="flows-versions">
            {items.length === 0 && <li className="muted">{t('flows.never_published')}</li>}
            {items.slice(0, 30).map((version) => (
              <li key={version.version} className="inline wrap">
                <Link
                  className="count"
                  to="/flows/$flowId"
                  params={{ flowId: flow.id }}
                  search={{ version: version.version }}
                  aria-current={shown === version.version ? 'true' : undefined}
                >
                  {t('flows.version', { number: version.version })}
                </Link>
                <span className="small faint">{dateTime(version.published_at)}</span>
                {version.version === flow.version && flow.status === 'published' && (
                  <span className="pill go">{t('flows.live')}</span>
                )}
                {shown === version.version && can('edit_flows') && (
                  <Button className="end" onClick={() => onTake(version.graph)}>
                    {t('flows.take_back')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
