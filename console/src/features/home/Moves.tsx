import { IconArrowRight } from '@tabler/icons-react';
import type { Move } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { StageBadge } from '@/ui/StageBadge';

/** Who went from which stage to which. */
export function Moves({ moves }: { moves: Move[] }) {
  const { number } = useFormat();
  const sorted = [...moves].sort((a, b) => b.count - a.count).slice(0, 8);
  const most = sorted[0]?.count ?? 1;
  return (
    <ul className="home-moves">
      {sorted.map((move) => (
        <li key={`${move.from} ${move.to}`}>
          <StageBadge name={move.from} />
          <IconArrowRight size={14} stroke={1.5} className="faint" aria-hidden="true" />
          <StageBadge name={move.to} />
          <Meter bare value={move.count} of={most} />
          <span className="num figure">{number(move.count)}</span>
        </li>
      ))}
    </ul>
  );
}
