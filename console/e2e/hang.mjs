/** A server that hangs, fails at the door, or cannot give a page: each is said in its place and ends by itself. */
import { expect, picture, visit } from './browser.mjs';
import { loaded } from './look.mjs';

export async function run(server, browser, storageState) {
  const { page, context } = await visit(browser, { storageState });

  await page.route('**/api/v1/session', (route) => route.fulfill({ status: 500, body: '' }));
  await page.goto(server.base);
  await page.getByRole('alert').waitFor();
  await picture(page, 'hang-session');
  await page.unroute('**/api/v1/session');
  await page.locator('.sidebar').waitFor();
  await loaded(page);

  await page.route(/assets\/StagesPage.*\.js/, (route) => route.abort());
  await page.locator('.sidebar a[href^="/stages"]').filter({ visible: true }).click();
  const failure = page.locator('main').getByRole('alert');
  await failure.waitFor();
  expect(
    await page.locator('.sidebar').isVisible(),
    'the frame stays when a page cannot be loaded',
  );
  await picture(page, 'hang-chunk');
  await page.unroute(/assets\/StagesPage.*\.js/);
  await failure.getByRole('button').click();
  await page.getByRole('heading', { name: 'Stages', level: 1 }).waitFor();

  await page.route('**/api/v1/links?*', () => undefined);
  await page.locator('.sidebar a[href^="/links"]').filter({ visible: true }).click();
  await page.locator('.connection').filter({ hasText: 'is not responding' }).waitFor();
  expect((await page.locator('.connection').count()) === 1, 'one banner says it');
  await picture(page, 'hang-banner');
  await page.unroute('**/api/v1/links?*');
  await page.locator('.connection').waitFor({ state: 'detached' });
  await context.close();
  console.log(JSON.stringify({ run: 'hang' }));
}
