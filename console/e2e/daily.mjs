/** What is done all day: the inbox opens with somebody to answer, keys go where they say, and no address is a dead end. */
import { base, expect, launch, picture, until, visit } from './browser.mjs';
import { loaded } from './look.mjs';

const browser = await launch();
const { context, page } = await visit(browser);

await page.goto(`${base}/inbox`);
await page.waitForURL(/[?&]c=\d+/);
await page.locator('.inbox-talk[aria-current=true]').waitFor();
const note = page.locator('.top-bar').getByText(/\d+ waiting, longest \d+ (s|min|h|day)/);
await note.waitFor();
expect(
  await page
    .locator('.inbox-talk .inbox-waits')
    .first()
    .innerText()
    .then((said) => said.startsWith('waiting ')),
  'a time that somebody waits is named so',
);
await picture(page, 'daily-inbox');

const keyboard = await page.locator('.find-button kbd').innerText();
expect(keyboard === 'Ctrl+K', `where there is no ⌘ it is Ctrl+K, not ${keyboard}`);

await page.goto(`${base}/no-such-page`);
await page.getByRole('heading', { name: 'Page not found' }).waitFor();
expect(
  await page.locator('.sidebar').isVisible(),
  'the frame stays around a page that is not there',
);
await picture(page, 'daily-not-found');

/** `g` and a letter of the place's name. */
const letters = { h: '/', i: '/inbox', c: '/contacts', s: '/segments', a: '/stages', t: '/tags' };
Object.assign(letters, { p: '/campaigns', l: '/links', m: '/templates', f: '/flows' });
for (const [letter, path] of Object.entries(letters)) {
  await page.keyboard.press('g');
  await page.keyboard.press(letter);
  await until(
    async () => new URL(page.url()).pathname === path || null,
    `g ${letter} to lead to ${path}, not ${page.url()}`,
  );
}

for (const path of [
  '/contacts',
  '/segments',
  '/campaigns',
  '/links',
  '/tags',
  '/flows',
  '/stages',
  '/',
]) {
  await page.goto(base + path);
  await loaded(page);
  const focused = () =>
    page.evaluate(() => {
      const on = document.activeElement;
      return on?.closest('main') && on !== document.querySelector('main') ? on.textContent : null;
    });
  const moved = async (key, what) => {
    await page.keyboard.press(key);
    return until(focused, `${path}: ${key} ${what}`, 5_000);
  };
  const first = await moved('j', 'goes to the first of the list');
  await moved('j', 'goes to the next');
  const back = await moved('k', 'goes back');
  expect(back === first, `${path}: j and k move through the list`);
}

await context.close();
await browser.close();
console.log(JSON.stringify({ run: 'daily' }));
