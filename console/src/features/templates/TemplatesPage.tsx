import './templates.css';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del } from '@/api/client';
import { templatesQuery } from '@/api/queries';
import type { Template } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Page } from '@/ui/Page';
import { EmptyState, Failure, Loaded, Skeleton } from '@/ui/states';
import { useStill } from '@/ui/still';
import { Bubble } from '@/ui/telegram/Bubble';
import { toast } from '@/ui/toast';
import { TemplateForm } from './TemplateForm';

function Results({ template }: { template: Template }) {
  const { t } = useTranslation();
  const { percent, date } = useFormat();
  const { results, from_campaign: campaign } = template;
  return (
    <>
      {campaign ? (
        <p className="small muted cut">
          {t('templates.from')}{' '}
          <Link className="count" to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
            {campaign.name}
          </Link>
        </p>
      ) : (
        <p className="small muted">{t('templates.made', { date: date(template.created_at) })}</p>
      )}
      {results ? (
        <dl className="templates-results">
          <div>
            <dt>{t('templates.sent')}</dt>
            <dd>
              <Count value={results.sent} people={results.people.sent} />
            </dd>
          </div>
          <div title={t('templates.open_rate_means')}>
            <dt>{t('templates.open_rate')}</dt>
            <dd className="figure">
              {percent(results.open_rate)}
              {results.rank === null && (
                <span className="small faint"> {t('templates.too_few')}</span>
              )}
            </dd>
          </div>
          <div>
            <dt>{t('templates.replied')}</dt>
            <dd>
              <Count value={results.replied} people={results.people.replied} />
            </dd>
          </div>
          <div>
            <dt>{t('templates.blocked')}</dt>
            <dd>
              <Count value={results.blocked} people={results.people.blocked} />
            </dd>
          </div>
        </dl>
      ) : (
        <p className="small faint">{t('templates.no_results')}</p>
      )}
    </>
  );
}

function CardMenu({
  name,
  onEdit,
  onDelete,
}: {
  name: string;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon className="end" aria-label={t('templates.more', { name: name })}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>{t('templates.edit')}</Menu.Item>
        <Menu.Item color="var(--bad)" onClick={onDelete}>
          {t('ui.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Card({ template, onEdit }: { template: Template; onEdit: () => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const remove = useMutation({
    mutationFn: () => del('/templates/{id}', { params: { path: { id: template.id } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast(t('templates.deleted', { name: template.name }));
    },
  });
  return (
    <li className="templates-card" data-list-row>
      <div className="tg-wall templates-wall">
        <Bubble message={template.message} />
      </div>
      <div className="templates-foot">
        <div className="inline">
          <h2 className="cut">{template.name}</h2>
          {can('edit_templates') && (
            <CardMenu name={template.name} onEdit={onEdit} onDelete={() => setSure(true)} />
          )}
        </div>
        <Results template={template} />
        {sure ? (
          <div className="inline wrap">
            <span className="small">{t('templates.delete_sure')}</span>
            <Button className="danger" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('ui.delete')}
            </Button>
            <Button variant="subtle" onClick={() => setSure(false)}>
              {t('ui.cancel')}
            </Button>
          </div>
        ) : (
          can('edit_templates') && (
            <Button
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/campaigns/$campaignId"
                  params={{ campaignId: 'new' }}
                  search={{ template: template.id }}
                />
              )}
            >
              {t('templates.use')}
            </Button>
          )
        )}
        {remove.error && <Failure error={remove.error} what={t('templates.delete_failed')} />}
      </div>
    </li>
  );
}

/** The figure that the page opens with: the best open rate of all, once a template was sent to enough people. */
function Lead({ templates }: { templates: Template[] }) {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const best = templates.find(({ results }) => results?.rank === 1)?.results;
  return (
    <>
      {best && (
        <p>
          <span className="lead-figure">{percent(best.open_rate)}</span>{' '}
          <span className="unit">{t('templates.best')}</span>
        </p>
      )}
      <p className="muted">
        {t('templates.count', { count: templates.length, number: number(templates.length) })} ·{' '}
        {t('templates.ranked')}
      </p>
    </>
  );
}

/** Ranked as the page opens: results that come in meanwhile move no card. */
function Gallery({
  templates,
  onEdit,
}: {
  templates: Template[];
  onEdit: (template: Template) => void;
}) {
  const { rows } = useStill(templates, 'templates', (template) => template.id, {
    gone: 'drop',
    fresh: 'end',
  });
  return (
    <ul className="templates-grid">
      {rows.map((template) => (
        <Card key={template.id} template={template} onEdit={() => onEdit(template)} />
      ))}
    </ul>
  );
}

/** Messages that worked, as Telegram shows them, with what they did. */
export default function TemplatesPage() {
  const { t } = useTranslation();
  const can = useCan();
  const query = useQuery(templatesQuery());
  const [editing, setEditing] = useState<Template | 'new' | null>(null);
  const make = can('edit_templates') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
      onClick={() => setEditing('new')}
    >
      {t('templates.new')}
    </Button>
  );
  const waiting = (
    <ul className="templates-grid" aria-hidden="true">
      {[240, 180, 300, 220].map((height) => (
        <li key={height}>
          <Skeleton width="100%" height={height} />
        </li>
      ))}
    </ul>
  );
  return (
    <Page
      title={t('place.templates')}
      actions={query.data && query.data.items.length > 0 ? make : undefined}
    >
      <Loaded query={query} what={t('templates.failed')} waiting={waiting}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('templates.empty_title')} action={make}>
              {t('templates.empty_text')}
            </EmptyState>
          ) : (
            <>
              <Lead templates={items} />
              <Gallery templates={items} onEdit={setEditing} />
            </>
          )
        }
      </Loaded>
      {editing !== null && (
        <TemplateForm
          template={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </Page>
  );
}
