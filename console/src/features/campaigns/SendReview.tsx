import { Modal } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignDraft, CampaignPreview } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { useHold } from '@/ui/hold';
import { HoldActions } from '@/ui/HoldActions';
import { Bubble } from '@/ui/telegram/Bubble';
import { batchOf, secondsOf } from './forecast';

interface ReviewProps {
  draft: CampaignDraft;
  forecast: CampaignPreview;
  /** The forecast belongs to an older draft. */
  stale: boolean;
  /** Why it cannot be sent as it is; undefined when it can. */
  reason: string | undefined;
  canary: number | null;
  label: string;
  busy: boolean;
  error: string | null;
  onSend: () => void;
  onClose: () => void;
}

function Facts({ draft, forecast, canary }: Pick<ReviewProps, 'draft' | 'forecast' | 'canary'>) {
  const { t } = useTranslation();
  const { number, length, time } = useFormat();
  const first = batchOf(forecast, canary);
  const ms = secondsOf(forecast, canary) * 1_000;
  const { left_out, held_out, writes_to } = forecast;
  return (
    <dl className="campaigns-review-facts">
      <dt>{t('send.who')}</dt>
      <dd>
        <ExpressionSentence expression={draft.audience} />
      </dd>
      <dt>{t('send.when')}</dt>
      <dd>
        {first === null
          ? t('send.now', { length: length(ms), time: time(Date.now() + ms) })
          : t('send.now_batch', {
              count: first,
              number: number(first),
              length: length(ms),
              rest: number(writes_to - first),
            })}
      </dd>
      <dt>{t('send.control')}</dt>
      <dd>
        {held_out > 0
          ? t('send.control_of', { count: held_out, number: number(held_out) })
          : t('send.control_none')}
      </dd>
      {left_out > 0 && (
        <>
          <dt>{t('send.unreachable_title')}</dt>
          <dd>{t('send.unreachable', { count: left_out, number: number(left_out) })}</dd>
        </>
      )}
    </dl>
  );
}

/** What will be sent, to how many and when; then ten seconds in which it can still be stopped. */
export function SendReview({
  draft,
  forecast,
  stale,
  reason,
  canary,
  label,
  busy,
  error,
  onSend,
  onClose,
}: ReviewProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const hold = useHold(onSend);
  // What was read is what is sent: a draft that changes under it stops the count.
  const said = JSON.stringify(draft);
  const read = useRef(said);
  const { stop } = hold;
  useEffect(() => {
    if (read.current !== said) stop();
    read.current = said;
  });
  return (
    <Modal
      opened
      onClose={busy ? () => undefined : onClose}
      title={t('send.review')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
      size={720}
    >
      <div className="campaigns-review">
        <p className="campaigns-review-lead" aria-live="polite">
          <span className={stale ? 'lead-figure figure faint' : 'lead-figure figure'}>
            {number(forecast.writes_to)}
          </span>{' '}
          <span className="unit">{t('send.to', { count: forecast.writes_to })}</span>
        </p>
        <Facts draft={draft} forecast={forecast} canary={canary} />
        <section
          className="tg-wall campaigns-review-message"
          aria-label={t('send.message')}
          tabIndex={0}
        >
          <Bubble message={draft.message} />
        </section>
        <div className="campaigns-review-foot">
          {error && (
            <p className="field-error" role="alert">
              {error}
            </p>
          )}
          <HoldActions
            hold={hold}
            label={label}
            busy={busy}
            reason={reason}
            back={{ label: t('send.back'), run: onClose }}
          />
        </div>
      </div>
    </Modal>
  );
}
