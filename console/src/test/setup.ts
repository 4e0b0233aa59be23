import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(() => cleanup());

// What is waited for is loaded and drawn by a machine that may be busy.
configure({ asyncUtilTimeout: 20_000 });

// Mantine asks for these two; jsdom has neither.
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
    dispatchEvent: () => false,
  }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
// Nothing is laid out here, so that nothing can be scrolled to.
Element.prototype.scrollIntoView = () => undefined;
window.scrollTo = () => undefined;
/** A live feed that is open and says nothing. */
class QuietFeed extends EventTarget {
  readonly readyState = 1;
  close() {}
}
window.EventSource = QuietFeed as unknown as typeof EventSource;
// Fonts change the height of a text field; here they never come.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });
