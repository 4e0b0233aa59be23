import './figures.css';
import { createContext, use } from 'react';
import { useTranslation } from 'react-i18next';

const known = ['new', 'active', 'customer', 'cooling', 'churned'] as const;
type Known = (typeof known)[number];
const knownOf = (name: string): Known | null =>
  known.find((each) => each === name.trim().toLowerCase()) ?? null;

/** The colours of a team's own stages, by name; the frame fills it from the rules. */
export const StageColors = createContext<Record<string, string>>({});

/** The colour of a stage: the design's own for the default ones, the team's for theirs. */
export function useStageColor(): (name: string) => string {
  const colors = use(StageColors);
  return (name) => {
    const own = knownOf(name);
    return own ? `var(--stage-${own})` : (colors[name] ?? 'var(--idle-fill)');
  };
}

/** Default stages are said in the reader's language; a team's own names are theirs. */
export function useStageName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const own = knownOf(name);
    return own ? t(`stage.${own}`) : name;
  };
}

/** Glyphs can be told apart in grey: ring, disc, disc with tick, half, dashed. */
function Glyph({ name, color }: { name: string; color: string }) {
  switch (knownOf(name)) {
    case 'new':
      return <circle cx="6" cy="6" r="4.75" fill="none" stroke={color} strokeWidth="2.5" />;
    case 'customer':
      return (
        <>
          <circle cx="6" cy="6" r="6" fill={color} />
          <path
            d="m3.3 6.2 1.900 1.900 3.600-3.900"
            fill="none"
            stroke="var(--bg)"
            strokeWidth="1.6"
            strokeLinecap="round"
          />
        </>
      );
    case 'cooling':
      return (
        <>
          <circle cx="6" cy="6" r="5.25" fill="none" stroke={color} strokeWidth="1.5" />
          <path d="M6 2.500a3.500 3.500 0 0 1 0 7z" fill={color} />
        </>
      );
    case 'churned':
      return (
        <circle
          cx="6"
          cy="6"
          r="5"
          fill="none"
          stroke="var(--line-control)"
          strokeWidth="1.5"
          strokeDasharray="2.3 1.6"
        />
      );
    default:
      return <circle cx="6" cy="6" r="6" fill={color} />;
  }
}

/** A stage as its glyph, with or without the name. */
export function StageBadge({ name, bare = false }: { name: string; bare?: boolean }) {
  const color = useStageColor()(name);
  const label = useStageName()(name);
  return (
    <span className="stage-badge">
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <Glyph name={name} color={color} />
      </svg>
      {bare ? <span className="unseen">{label}</span> : <span className="cut">{label}</span>}
    </span>
  );
}
