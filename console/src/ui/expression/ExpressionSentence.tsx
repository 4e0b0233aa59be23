import type { Expression } from '@/api/types';
import { useSentence } from './sentence';

/** Who is meant, as one sentence. */
export function ExpressionSentence({ expression }: { expression: Expression }) {
  return <>{useSentence()(expression)}</>;
}
