import { Link } from '@tanstack/react-router';
import { Trans, useTranslation } from 'react-i18next';
import type { Expression, Home, PeopleCount } from '@/api/types';
import { everyone } from '@/api/expressions';
import { useFormat } from '@/i18n/format';
import { PartsBar } from '@/ui/bars';
import { Count } from '@/ui/Count';
import { StageBadge, useStageColor, useStageName } from '@/ui/StageBadge';

/** Stages in the order of a life, not of the rules: the default ones as people pass through them, then a team's own. */
const order = ['new', 'active', 'customer', 'cooling', 'churned'];
const place = (name: string) =>
  (order.indexOf(name.toLowerCase()) + order.length + 1) % (order.length + 1);

function Change({ before, count, days }: { before: number; count: number; days: number }) {
  const { t } = useTranslation();
  const { signed } = useFormat();
  const net = count - before;
  return (
    <span className={net === 0 ? 'faint' : 'muted'}>
      {t('home.net', { net: signed(net), count: days })}
    </span>
  );
}

function Unreachable({ name, value, people }: { name: string; value: number; people: Expression }) {
  return (
    <span className="muted">
      <Trans i18nKey={`home.${name}`} components={{ n: <Count value={value} people={people} /> }} />
    </span>
  );
}

function Reason({ people }: { people: PeopleCount }) {
  return <Count value={people.count} people={people.people} />;
}

/** How many people, how many can be written to, and where they are in their life. */
export function PeopleByStage({ home, days }: { home: Home; days: number }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const color = useStageColor();
  const name = useStageName();
  const stages = [...home.stages].sort((a, b) => place(a.name) - place(b.name));
  const cannot = home.people - home.reachable;
  return (
    <section aria-label={t('home.by_stage')}>
      <div className="home-people">
        <span>
          <Count value={home.people} people={everyone} size="lead" />{' '}
          <span className="unit">{t('home.people', { count: home.people })}</span>
        </span>
        <Unreachable name="reachable" value={home.reachable} people={{ reachable: true }} />
        {cannot > 0 && (
          <Unreachable name="unreachable" value={cannot} people={{ reachable: false }} />
        )}
        <span className="small faint">
          <Trans
            i18nKey="home.why_unreachable"
            components={{
              blocked: <Reason people={home.blocked} />,
              opted: <Reason people={home.opted_out} />,
              deactivated: <Reason people={home.deactivated} />,
            }}
          />
          {home.no_chat.count > 0 && (
            <Trans
              i18nKey="home.why_no_chat"
              components={{ n: <Reason people={home.no_chat} /> }}
            />
          )}
        </span>
      </div>
      <PartsBar
        parts={stages.map((stage) => ({
          key: stage.name,
          label: name(stage.name),
          value: stage.count,
          fill: color(stage.name),
        }))}
      />
      <div
        className="home-stages"
        style={{ gridTemplateColumns: `repeat(${stages.length}, minmax(0, 1fr))` }}
      >
        {stages.map((stage) => (
          <Link key={stage.name} to="/contacts" search={{ e: { stage: { in: [stage.name] } } }}>
            <span className="muted">
              <StageBadge name={stage.name} />
            </span>
            <span className="home-stage-figures">
              <span className="mid-figure figure">{number(stage.count)}</span>
              {stage.before !== null && (
                <Change before={stage.before} count={stage.count} days={days} />
              )}
            </span>
            {stage.in !== null && stage.out !== null && (
              <span className="small faint home-inout">
                {t('home.in_out', { in: number(stage.in), out: number(stage.out) })}
              </span>
            )}
          </Link>
        ))}
      </div>
    </section>
  );
}
