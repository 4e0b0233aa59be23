import { Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { PartsBar } from '@/ui/bars';

const CANARY_DEFAULT = 150;
const HELD_OUT = [0, 5, 10, 20, 30, 50];

interface StepProps {
  canary: number | null;
  /** 0 stands for what is no size of a batch. */
  onCanary: (next: number | null) => void;
  writesTo: number | undefined;
  heldOut: number;
  onHeldOut: (percent: number) => void;
}

export function WhenStep({ canary, onCanary, writesTo, heldOut, onHeldOut }: StepProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const total = writesTo ?? 0;
  const first = canary === null ? 0 : Math.min(canary, total);
  return (
    <section className="campaigns-step" aria-labelledby="step-when">
      <h2 id="step-when">{t('compose.when')}</h2>
      <div className="campaigns-step-body">
        <div className="inline wrap">
          <span>{t('compose.hold_out')}</span>
          <Select
            size="xs"
            w={84}
            allowDeselect={false}
            aria-label={t('compose.hold_out')}
            value={String(heldOut)}
            data={[...new Set([...HELD_OUT, heldOut])]
              .sort((a, b) => a - b)
              .map((percent) => ({ value: String(percent), label: `${percent}%` }))}
            onChange={(next) => next !== null && onHeldOut(Number(next))}
          />
          <span className="field-hint">{t('compose.hold_out_hint')}</span>
        </div>
        <div className="inline wrap">
          <Switch
            label={t('compose.few_first')}
            checked={canary !== null}
            onChange={(event) => onCanary(event.currentTarget.checked ? CANARY_DEFAULT : null)}
          />
          {canary !== null && (
            <AmountInput
              w={84}
              min={1}
              allowDecimal={false}
              aria-label={t('compose.few_first')}
              value={canary === 0 ? '' : canary}
              error={canary === 0 ? t('compose.batch_min') : undefined}
              onChange={(next) => onCanary(typeof next === 'number' && next >= 1 ? next : 0)}
            />
          )}
        </div>
        {canary !== null && canary > 0 && total > 0 && (
          <>
            <PartsBar
              height={10}
              parts={[
                { key: 'first', label: t('compose.first'), value: first, fill: 'var(--accent)' },
                {
                  key: 'rest',
                  label: t('compose.rest'),
                  value: total - first,
                  fill: 'var(--idle-fill)',
                },
              ]}
            />
            <p className="muted">
              {total > first
                ? t('compose.few_first_text', { count: first, rest: number(total - first) })
                : t('compose.few_first_all')}
            </p>
          </>
        )}
      </div>
    </section>
  );
}
