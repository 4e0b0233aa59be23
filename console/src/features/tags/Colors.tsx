import { useTranslation } from 'react-i18next';
import { colorNames, colorOf } from '@/ui/colors';

/** One of a few colours; a tag's own that is none of them stays choosable. */
export function Colors({ value, onChange }: { value: string; onChange: (color: string) => void }) {
  const { t } = useTranslation();
  const all = [...new Set<string>([...colorNames, ...(value ? [value] : [])])];
  return (
    <fieldset className="tags-colors">
      <legend className="field-label">{t('tags.color')}</legend>
      {all.map((color) => (
        <label key={color} style={{ background: colorOf(color) }}>
          <input
            type="radio"
            name="color"
            className="unseen"
            aria-label={t([`color.${color}`, 'color.other'], { color })}
            checked={color === value}
            onChange={() => onChange(color)}
          />
        </label>
      ))}
    </fieldset>
  );
}
