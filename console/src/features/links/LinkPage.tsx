import './links.css';
import { Button, CopyButton, SegmentedControl } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { patch } from '@/api/client';
import { linkFunnelQuery } from '@/api/queries';
import type { LinkBy, LinkFunnel, LinkItem } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Aged } from '@/ui/Figure';
import { Page, Section } from '@/ui/Page';
import { Failure, Loaded } from '@/ui/states';
import { TagChip } from '@/ui/TagChip';
import { toast } from '@/ui/toast';
import { DayBars } from './DayBars';
import { FunnelSteps } from './FunnelSteps';
import { LinkForm } from './LinkForm';
import { QrCode } from './QrCode';

const parameters: LinkBy[] = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
];

function Address({ url }: { url: string }) {
  const { t } = useTranslation();
  return (
    <p className="links-address">
      <code>{url}</code>
      <CopyButton value={url}>
        {({ copied, copy }) => (
          <Button
            leftSection={
              copied ? <IconCheck size={14} stroke={1.5} /> : <IconCopy size={14} stroke={1.5} />
            }
            onClick={copy}
          >
            {t(copied ? 'links.copied' : 'links.copy')}
          </Button>
        )}
      </CopyButton>
    </p>
  );
}

/** The address, its code, and what happens with who opens it. */
function Facts({ link }: { link: LinkItem }) {
  const { t } = useTranslation();
  const { percent, date } = useFormat();
  const total = link.bots.reduce((sum, entry) => sum + entry.weight, 0);
  const utm = Object.entries(link.utm).filter(([, value]) => value);
  return (
    <aside className="links-side">
      <Address url={link.url} />
      <QrCode url={link.url} name={link.code} />
      <dl className="links-facts">
        {link.channel && (
          <div>
            <dt>{t('links.channel')}</dt>
            <dd>{link.channel}</dd>
          </div>
        )}
        <div>
          <dt>{t('links.to')}</dt>
          <dd>
            {link.bots.map((entry) => (
              <div key={entry.bot_id}>
                @{entry.username}
                {link.bots.length > 1 && (
                  <span className="muted"> {percent(entry.weight / total)}</span>
                )}
                {entry.flow && <span className="muted"> · {entry.flow.name}</span>}
              </div>
            ))}
          </dd>
        </div>
        {link.tags.length > 0 && (
          <div>
            <dt>{t('links.tags')}</dt>
            <dd className="links-tags">
              {link.tags.map((tag) => (
                <TagChip key={tag.id} name={tag.name} color={tag.color} />
              ))}
            </dd>
          </div>
        )}
        {utm.length > 0 && (
          <div>
            <dt>{t('links.utm')}</dt>
            <dd>
              {utm.map(([field, value]) => (
                <div key={field}>
                  <span className="muted">{t(`links.utm_${field}`)}</span> {value}
                </div>
              ))}
            </dd>
          </div>
        )}
      </dl>
      <p className="small faint">{t('links.made', { date: date(link.created_at) })}</p>
    </aside>
  );
}

/** The funnel of each value of a parameter. */
function Values({ page, by, onBy }: { page: LinkFunnel; by: LinkBy; onBy: (by: LinkBy) => void }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <Section
      title={t('links.by_value')}
      end={
        <SegmentedControl
          className="link-by"
          aria-label={t('links.by_value')}
          value={by}
          onChange={(next) => onBy(parameters.find((each) => each === next) ?? 'utm_source')}
          data={parameters.map((value) => ({ value, label: t(`links.${value}`) }))}
        />
      }
    >
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('links.value')}</th>
              {(['visits', 'starts', 'replied', 'kept'] as const).map((step) => (
                <th key={step} scope="col" className="num">
                  {t(`links.${step}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {page.values.map((row) => (
              <tr key={row.value ?? ''}>
                <td>{row.value ?? <span className="faint">{t('links.no_value')}</span>}</td>
                <td className="num figure">{number(row.visits)}</td>
                <td className="num">
                  <Count value={row.starts.count} people={row.starts.people} />
                </td>
                <td className="num">
                  <Count value={row.replied.count} people={row.replied.people} />
                </td>
                <td className="num">
                  <Count value={row.kept.count} people={row.kept.people} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function ArchiveButton({ link }: { link: LinkItem }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const archived = link.archived_at !== null;
  const change = useMutation({
    mutationFn: (next: boolean) =>
      patch('/links/{id}', { params: { path: { id: link.id } }, body: { archived: next } }),
    onSuccess: (_, next) => {
      for (const noun of ['links', 'link']) void client.invalidateQueries({ queryKey: [noun] });
      toast(t(next ? 'links.archived_toast' : 'links.unarchived_toast', { name: link.name }), {
        label: t('ui.undo'),
        run: () => change.mutate(!next),
      });
    },
  });
  return (
    <>
      {change.error && <Failure error={change.error} what={t('links.change_failed')} />}
      <Button
        className="wide-only"
        title={archived ? undefined : t('links.archive_text')}
        loading={change.isPending}
        onClick={() => change.mutate(!archived)}
      >
        {t(archived ? 'links.unarchive' : 'links.archive')}
      </Button>
    </>
  );
}

function Full({
  page,
  days,
  by,
  onDays,
  onBy,
}: {
  page: LinkFunnel;
  days: number;
  by: LinkBy;
  onDays: (days: number) => void;
  onBy: (by: LinkBy) => void;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const { link } = page;
  const quiet = link.funnel.visits === 0 && link.funnel.starts.count === 0;
  return (
    <div className="links-page">
      <div className="link-main">
        <Section
          first
          title={t('links.funnel')}
          note={t('links.funnel_note')}
          end={
            link.funnel.starts.count > 0 && can('edit_audiences') ? (
              <Link
                className="text-link"
                to="/segments/$segmentId"
                params={{ segmentId: 'new' }}
                search={{ e: link.funnel.starts.people, name: link.name }}
              >
                {t('links.make_segment')}
              </Link>
            ) : undefined
          }
        >
          {quiet && <p className="muted links-quiet">{t('links.no_visits')}</p>}
          <FunnelSteps link={link} />
        </Section>
        <Section
          title={t('links.by_day')}
          note={t('links.by_day_note')}
          end={
            <SegmentedControl
              aria-label={t('links.period')}
              value={String(days)}
              onChange={(value) => onDays(Number(value))}
              data={[7, 30, 90].map((count) => ({
                value: String(count),
                label: t(`links.days_${count}`),
              }))}
            />
          }
        >
          <DayBars days={page.days} />
        </Section>
        {page.values.length > 0 && <Values page={page} by={by} onBy={onBy} />}
      </div>
      <Facts link={link} />
    </div>
  );
}

/** One link: its funnel as one picture, day by day, by parameter, its address and code. */
export default function LinkPage() {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const { linkId } = useParams({ from: '/frame/links/$linkId' });
  const asked = useSearch({ from: '/frame/links/$linkId' });
  const { days = 30, by = 'utm_source', drawer } = asked;
  const query = useQuery(linkFunnelQuery(linkId, bot.id, days, by));
  const link = query.data?.link;
  const go = (search: Partial<typeof asked>) =>
    void navigate({
      to: '/links/$linkId',
      params: { linkId },
      search: { ...asked, ...search },
      replace: true,
    });
  return (
    <Page
      title={link?.name ?? t('place.links')}
      crumb={{ label: t('place.links'), to: '/links' }}
      note={
        link && link.archived_at !== null ? (
          <span className="pill">{t('links.archived')}</span>
        ) : undefined
      }
      actions={
        link &&
        can('edit_links') && (
          <>
            <ArchiveButton link={link} />
            <Button onClick={() => go({ drawer: 'edit' })}>{t('links.edit')}</Button>
          </>
        )
      }
    >
      <Loaded query={query} what={t('links.failed_page')}>
        {(page) => (
          <Aged stale={query.isPlaceholderData}>
            <Full
              page={page}
              days={days}
              by={by}
              onDays={(count) => go({ days: count === 7 ? 7 : count === 90 ? 90 : undefined })}
              onBy={(next) => go({ by: next === 'utm_source' ? undefined : next })}
            />
          </Aged>
        )}
      </Loaded>
      {link && drawer === 'edit' && can('edit_links') && (
        <LinkForm
          link={link}
          onClose={() => go({ drawer: undefined })}
          onSaved={() => go({ drawer: undefined })}
        />
      )}
    </Page>
  );
}
