import { describe, expect, it } from 'vitest';
import { hasTrackedLinks, isPublicHost, untracked } from './publicHost';

describe('an address that people can open', () => {
  it.each(['https://muster.example.com', 'http://bots.example.org:8443', 'https://8.8.8.8'])(
    '%s is one',
    (url) => expect(isPublicHost(url)).toBe(true),
  );
  it.each([
    'http://localhost:8080',
    'http://muster:8080',
    'http://127.0.0.1:8080',
    'http://10.1.2.3',
    'http://172.20.0.2',
    'http://192.168.0.7',
    'http://[::1]:8080',
    'http://box.local',
    'nonsense',
    '',
  ])('%s is none', (url) => expect(isPublicHost(url)).toBe(false));
  it('stays open to those beside the private ranges', () =>
    expect(isPublicHost('http://172.32.0.1')).toBe(true));
});

describe('tracked links', () => {
  const message = {
    text: 'x',
    format: 'plain' as const,
    buttons: [
      [{ text: 'Shop', url: 'https://shop.example' }],
      [{ text: 'Yes', press: { add_tags: ['A'] } }],
    ],
  };
  it('are buttons with an address, unless told otherwise', () => {
    expect(hasTrackedLinks(message)).toBe(true);
    expect(hasTrackedLinks({ ...message, buttons: [[{ text: 'Yes', press: {} }]] })).toBe(false);
  });
  it('can be untracked at once, presses left alone', () => {
    const plain = untracked(message);
    expect(hasTrackedLinks(plain)).toBe(false);
    expect(plain.buttons?.[1]).toEqual(message.buttons[1]);
  });
});
