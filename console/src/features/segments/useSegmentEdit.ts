import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { everyone } from '@/api/expressions';
import { previewQuery } from '@/api/queries';
import type { Expression, Segment } from '@/api/types';
import { useBot } from '@/api/workspace';
import { countable, isWrong, toLines } from '@/ui/expression/draft';
import { useSegmentActions } from './segmentActions';
import { useUndo } from './undo';

/**
 * The segment that the edit began from. What someone else saves meanwhile is taken over at once while nothing was
 * changed here; otherwise the edit keeps its beginning, and the server refuses to lay it over theirs unasked.
 */
function useBase(
  segment: Segment | null,
  isChanged: (base: Segment) => boolean,
  onTheirs: (theirs: Segment) => void,
) {
  const [base, setBase] = useState(segment);
  useEffect(() => {
    if (!segment || (base && segment.version <= base.version)) return;
    if (base && isChanged(base)) return;
    setBase(segment);
    onTheirs(segment);
  });
  return [base, setBase] as const;
}

const expressionText = (expression: Expression) => JSON.stringify(countable(toLines(expression)));

/** A segment being edited: its fields, who matches now, and whether there is anything to save. */
export function useSegmentEdit(segment: Segment | null) {
  const bot = useBot();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/segments/$segmentId' });
  const [name, setName] = useState(search.name ?? segment?.name ?? '');
  const [description, setDescription] = useState(segment?.description ?? '');
  const edit = useUndo<Expression>(search.e ?? segment?.expression ?? everyone);
  const expression = countable(toLines(edit.value));
  const wrong = isWrong(expression);
  const preview = useQuery({ ...previewQuery(bot.id, expression, 'stage'), enabled: !wrong });
  const differs = (from: Segment) =>
    JSON.stringify(expression) !== expressionText(from.expression) ||
    name !== from.name ||
    description !== from.description;
  const show = (id: Segment['id'] | 'new', e: Expression | undefined) =>
    void navigate({
      to: '/segments/$segmentId',
      params: { segmentId: id },
      search: { ...search, e },
      replace: true,
    });
  const [base, setBase] = useBase(segment, differs, (theirs) => {
    setName(theirs.name);
    setDescription(theirs.description);
    edit.set(theirs.expression);
    show(theirs.id, undefined);
  });
  const change = (next: Expression) => {
    edit.set(next);
    const counted = countable(toLines(next));
    const isSaved = base !== null && JSON.stringify(counted) === expressionText(base.expression);
    show(segment?.id ?? 'new', isSaved ? undefined : counted);
  };
  return {
    name,
    setName,
    description,
    setDescription,
    edit,
    expression,
    wrong,
    preview,
    change,
    changed: base === null || differs(base),
    actions: useSegmentActions(base, setBase),
  };
}
export type SegmentEdit = ReturnType<typeof useSegmentEdit>;
