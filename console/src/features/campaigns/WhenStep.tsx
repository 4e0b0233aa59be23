import { Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { PartsBar } from '@/ui/bars';
import { Aged, Figure } from '@/ui/Figure';
import type { Forecast } from './forecast';

const CANARY_DEFAULT = 150;
const HELD_OUT = [0, 5, 10, 20, 30, 50];

interface StepProps {
  canary: number | null;
  /** 0 stands for what is no size of a batch. */
  onCanary: (next: number | null) => void;
  forecast: Forecast;
  heldOut: number;
  onHeldOut: (percent: number) => void;
}

/** How many get it first, and how many wait for the go-ahead. */
function FewFirst({ canary, forecast }: { canary: number; forecast: Forecast }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <Figure query={forecast}>
      {({ writes_to }, stale) => {
        if (writes_to === 0) return null;
        const first = Math.min(canary, writes_to);
        const rest = writes_to - first;
        return (
          <Aged stale={stale}>
            <PartsBar
              height={10}
              parts={[
                { key: 'first', label: t('compose.first'), value: first, fill: 'var(--accent)' },
                { key: 'rest', label: t('compose.rest'), value: rest, fill: 'var(--idle-fill)' },
              ]}
            />
            <p className="muted">
              {rest > 0
                ? t('compose.few_first_text', { count: first, rest: number(rest) })
                : t('compose.few_first_all')}
            </p>
          </Aged>
        );
      }}
    </Figure>
  );
}

export function WhenStep({ canary, onCanary, forecast, heldOut, onHeldOut }: StepProps) {
  const { t } = useTranslation();
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
              aria-label={t('compose.few_first')}
              value={canary === 0 ? null : canary}
              onAmount={(next) => onCanary(next ?? 0)}
            />
          )}
        </div>
        {canary !== null && canary > 0 && <FewFirst canary={canary} forecast={forecast} />}
      </div>
    </section>
  );
}
