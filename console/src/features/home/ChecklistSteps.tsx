import { ActionIcon, Button } from '@mantine/core';
import { IconCheck, IconDeviceMobile, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Checklist } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { isFlowSeen } from '@/ui/flowSeen';

const kept = 'muster.checklist_hidden';

/** Whether the checklist was put away in this browser. */
export function useChecklistHidden(): [boolean, () => void] {
  const [hidden, setHidden] = useState(() => localStorage.getItem(kept) === '1');
  return [
    hidden,
    () => {
      localStorage.setItem(kept, '1');
      setHidden(true);
    },
  ];
}

const steps = ['flow', 'segment', 'campaign', 'answers', 'report'] as const;
type Step = (typeof steps)[number];

/** The people the demo's loop is about: they told the menu what they like, and are awake. */
const warm = {
  all: [{ tag: { has_any: ['兴趣-科技', '兴趣-AI'] } }, { last_interaction: { within: '14d' } }],
};

function Go({ step, children }: { step: Step; children: ReactNode }) {
  const link = (props: object) => {
    if (step === 'flow') return <Link {...props} to="/flows" />;
    if (step === 'segment')
      return (
        <Link
          {...props}
          to="/segments/$segmentId"
          params={{ segmentId: 'new' }}
          search={{ e: warm }}
        />
      );
    if (step === 'campaign')
      return (
        <Link
          {...props}
          to="/campaigns/$campaignId"
          params={{ campaignId: 'new' }}
          search={{ audience: warm }}
        />
      );
    return <Link {...props} to="/campaigns" />;
  };
  return (
    <Button variant="filled" className="home-step-go" renderRoot={link}>
      {children}
    </Button>
  );
}

/** Once round the loop: five steps, the present one with its button. */
export function ChecklistSteps({
  checklist,
  onHide,
}: {
  checklist: Checklist;
  onHide: () => void;
}) {
  const { t } = useTranslation();
  const isDone = (step: Step) => checklist[step] || (step === 'flow' && isFlowSeen());
  const done = steps.filter(isDone).length;
  const current = steps.find((step) => !isDone(step));
  const phone = useWorkspace().session.phone_url;
  return (
    <section className="home-loop" aria-label={t('home.loop')}>
      <header className="section-head">
        <h2>{t('home.loop')}</h2>
        <span className="small faint">
          {t('home.loop_done', { count: done, total: steps.length })}
        </span>
        {phone && (
          <a className="text-link end" href={phone} target="_blank" rel="noreferrer">
            <IconDeviceMobile size={14} stroke={1.5} aria-hidden="true" /> {t('home.open_phone')}
          </a>
        )}
        <ActionIcon
          className={phone ? undefined : 'end'}
          onClick={onHide}
          aria-label={t('home.loop_hide')}
        >
          <IconX size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </header>
      <ol>
        {steps.map((step, index) => (
          <li key={step} aria-current={step === current ? 'step' : undefined}>
            <span className="home-step">
              {isDone(step) ? (
                <span className="home-step-mark done">
                  <IconCheck size={14} stroke={2} aria-label={t('home.step_done')} />
                </span>
              ) : (
                <span className="home-step-mark">{index + 1}</span>
              )}
              <b>{t(`home.step.${step}.title`)}</b>
            </span>
            <p className="small faint">{t(`home.step.${step}.text`)}</p>
            {step === current && <Go step={step}>{t(`home.step.${step}.go`)}</Go>}
          </li>
        ))}
      </ol>
    </section>
  );
}
