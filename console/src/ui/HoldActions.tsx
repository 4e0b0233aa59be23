import './hold.css';
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Hold, HOLD_SECONDS } from './hold';
import { ReasonedButton } from './ReasonedButton';

interface HoldActionsProps {
  hold: Hold;
  /** What the button says before it is pressed. */
  label: string;
  /** The call is on its way and can no longer be stopped. */
  busy: boolean;
  /** Why it cannot be pressed yet; undefined when it can. */
  reason?: string | undefined;
  back: { label: string; run: () => void };
}

/** The button, then the seconds in which it can be stopped. */
export function HoldActions({ hold, label, busy, reason, back }: HoldActionsProps) {
  const { t } = useTranslation();
  if (hold.left !== null) {
    return (
      <div className="hold">
        <div className="inline">
          <span className="mid-figure hold-left" role="timer">
            {t('send.starting', { count: hold.left })}
          </span>
          <Button size="md" className="end" data-autofocus onClick={hold.stop}>
            {t('send.stop')}
          </Button>
        </div>
        <span className="hold-bar" aria-hidden="true">
          <i />
        </span>
        <p className="small muted" role="status">
          {t('send.nothing_yet')}
        </p>
      </div>
    );
  }
  return (
    <div className="hold">
      <div className="inline">
        <ReasonedButton
          size="md"
          variant="filled"
          loading={busy}
          reason={reason}
          onClick={hold.begin}
        >
          {label}
        </ReasonedButton>
        <ReasonedButton size="md" reason={busy ? t('send.sending') : undefined} onClick={back.run}>
          {back.label}
        </ReasonedButton>
      </div>
      <p className="small muted">
        {busy ? t('send.sending') : t('send.hold_note', { count: HOLD_SECONDS })}
      </p>
    </div>
  );
}
