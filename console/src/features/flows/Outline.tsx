import { useTranslation } from 'react-i18next';
import type { Graph } from '@/api/types';
import { depths, edgesOfNode } from './graph';
import { StepCard, useStepTitle } from './StepCard';

/** The same steps as a list, for a narrow screen. */
export function Outline({ graph }: { graph: Graph }) {
  const { t } = useTranslation();
  const title = useStepTitle();
  const met = [...depths(graph).keys()];
  const ids = [...met, ...Object.keys(graph.nodes).filter((id) => !met.includes(id))];
  return (
    <ol className="flows-outline" aria-label={t('flows.drawing')}>
      {ids.map((id) => {
        const node = graph.nodes[id];
        if (!node) return null;
        const ways = edgesOfNode(id, node);
        return (
          <li key={id}>
            <StepCard id={id} node={node} />
            {ways.length > 0 && (
              <p className="small muted cut">
                {t('flows.goes_to', {
                  steps: [...new Set(ways.map((way) => title(way.to, graph.nodes[way.to])))].join(
                    ', ',
                  ),
                })}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
