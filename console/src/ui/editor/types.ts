import type { ReactNode, Ref } from 'react';
import type { Message } from '@/api/types';
import type { WrittenText } from '@/ui/telegram/richText';

export interface EditorHandle {
  focus: () => void;
  blur: () => void;
}

export interface EditorProps {
  /** What is edited; markup is read by the server before it is shown. */
  message: Pick<Message, 'text' | 'format' | 'entities'>;
  onChange: (rich: WrittenText) => void;
  /** What the field is called. */
  label: string;
  /** Shown while it is empty. */
  placeholder?: string;
  /** Under a file a text is shorter. */
  caption?: boolean;
  readOnly?: boolean;
  /** What is wrong with the text, in words for its author. */
  error?: string | undefined;
  /** Under the text, where nothing more urgent is to be said. */
  hint?: ReactNode;
  /** At the end of the tools: a file, for example. */
  tools?: ReactNode;
  /** Lower, with tools that can be put away: where one writes many short texts. */
  compact?: boolean;
  /** Where Enter sends, and Shift with Enter begins a line. */
  onEnter?: () => void;
  /** Asked before the editor; true where the key was for somebody else. */
  onKey?: (event: KeyboardEvent) => boolean;
  /** Further attributes of the text's element, such as those of a list that it opens. */
  attributes?: Record<string, string | undefined>;
  handle?: Ref<EditorHandle>;
}
