import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Move } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { StageBadge } from '@/ui/StageBadge';

/** Who went from which stage to which. */
export function Moves({ moves, days }: { moves: Move[]; days: number }) {
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
          <Link
            className="num figure count"
            to="/moved"
            search={{ from: move.from_id, to: move.to_id, days }}
          >
            {number(move.count)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
