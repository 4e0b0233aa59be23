import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { flowsQuery, linksQuery, tagsQuery, unassignedQuery } from '@/api/queries';
import { useBot, useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { linkToCompare, stepThatLoses, tagWithoutSegment } from './otherSuggestions';

/** A suggestion with its figure, why, and the one step that follows. */
export function SuggestionRow({
  figure,
  title,
  text,
  action,
}: {
  figure: ReactNode;
  title: string;
  text: string;
  action?: ReactNode;
}) {
  return (
    <li data-list-row>
      <span className="num">{figure}</span>
      <div>
        <b>{title}</b>
        <p className="muted">{text}</p>
      </div>
      {action}
    </li>
  );
}

const step = (label: string, link: (props: object) => ReactElement) => (
  <Button renderRoot={link}>{label}</Button>
);
const Plain = ({ children }: { children: ReactNode }) => (
  <span className="mid-figure">{children}</span>
);

/** All without an assignee are counted, so all are opened: the order by waiting lists only those who wait. */
function useReply() {
  const { t } = useTranslation();
  const { number, length } = useFormat();
  const now = useNow();
  const bot = useBot();
  const can = useCan();
  const page = useQuery(unassignedQuery(bot.id)).data;
  const since = page?.items[0]?.waiting_since;
  const count = page?.counts.unassigned ?? 0;
  if (!since || count === 0 || !can('converse')) return null;
  return (
    <SuggestionRow
      key="reply"
      figure={<Plain>{number(count)}</Plain>}
      title={t('home.suggestion.reply.title', { count })}
      text={t('home.suggestion.reply.text', { time: length(now - since) })}
      action={step(t('home.suggestion.reply.go'), (props) => (
        <Link {...props} to="/inbox" search={{ filter: 'unassigned', order: 'latest' }} />
      ))}
    />
  );
}

function useLink() {
  const { t } = useTranslation();
  const { percent } = useFormat();
  const bot = useBot();
  const found = linkToCompare(useQuery(linksQuery(bot.id)).data?.items ?? []);
  if (!found) return null;
  return (
    <SuggestionRow
      key="link"
      figure={<Plain>{percent(found.share, 0)}</Plain>}
      title={t('home.suggestion.link.title', { link: found.best.name })}
      text={t('home.suggestion.link.text', {
        share: percent(found.share, 0),
        other: percent(found.other, 0),
        other_link: found.busiest.name,
      })}
      action={step(t('home.suggestion.link.go'), (props) => (
        <Link {...props} to="/reports" search={{ of: 'links', sort: '-share' }} />
      ))}
    />
  );
}

function useFlow() {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const bot = useBot();
  const found = stepThatLoses(useQuery(flowsQuery(bot.id)).data?.items ?? []);
  if (!found) return null;
  const { flow, node } = found;
  return (
    <SuggestionRow
      key="flow"
      figure={<Plain>{number(found.stopped)}</Plain>}
      title={t('home.suggestion.flow.title', { flow: flow.name })}
      text={t('home.suggestion.flow.text', { share: percent(found.share, 0) })}
      action={step(t('home.suggestion.flow.go'), (props) => (
        <Link {...props} to="/flows/$flowId" params={{ flowId: flow.id }} search={{ node }} />
      ))}
    />
  );
}

function useTag() {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const tag = tagWithoutSegment(useQuery(tagsQuery(bot.id)).data?.items ?? []);
  if (!tag) return null;
  const people = { tag: { has: tag.name } };
  return (
    <SuggestionRow
      key="tag"
      figure={<Count value={tag.people} people={people} size="mid" />}
      title={t('home.suggestion.tag.title', { tag: tag.name })}
      text={t('home.suggestion.tag.text')}
      action={
        can('edit_audiences') &&
        step(t('ui.made_segment'), (props) => (
          <Link
            {...props}
            to="/segments/$segmentId"
            params={{ segmentId: 'new' }}
            search={{ e: people, name: tag.name }}
          />
        ))
      }
    />
  );
}

/** Those there are, the most pressing first. */
export function useOtherSuggestions() {
  return [useReply(), useLink(), useFlow(), useTag()].filter((row) => row !== null);
}
