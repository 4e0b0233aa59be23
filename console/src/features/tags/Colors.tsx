import { useTranslation } from 'react-i18next';
import { colors } from './tagFacts';

/** One of a few colours; a tag's own that is none of them stays choosable. */
export function Colors({ value, onChange }: { value: string; onChange: (color: string) => void }) {
  const { t } = useTranslation();
  const all = value && !colors.includes(value) ? [value, ...colors] : colors;
  return (
    <fieldset className="colors">
      <legend className="field-label">{t('tags.color')}</legend>
      {all.map((color, index) => (
        <label key={color} style={{ background: color }}>
          <input type="radio" name="color" className="unseen" aria-label={t('tags.color_number', { number: index + 1 })} checked={color === value} onChange={() => onChange(color)} />
        </label>
      ))}
    </fieldset>
  );
}
