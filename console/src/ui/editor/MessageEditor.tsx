import { lazy, Suspense } from 'react';
import type { EditorProps } from './types';
import { Waiting } from './Waiting';

/** The editor is heavier than the pages around it, so it comes after them. */
const Editor = lazy(() => import('./Editor'));

/** Where a message's text is written: what Telegram can show, and nothing else. */
export function MessageEditor(props: EditorProps) {
  return (
    <Suspense fallback={<Waiting compact={props.compact ?? false} />}>
      <Editor {...props} />
    </Suspense>
  );
}
