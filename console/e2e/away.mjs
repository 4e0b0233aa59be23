/** A server that goes away: what was typed stays, the page says so, and it is saved when the server is back. */
import { base, expect, launch, until, visit } from './browser.mjs';

const browser = await launch();
const { context, page } = await visit(browser);
try {
  await page.goto(`${base}/campaigns/new`);
  const text = page.getByRole('textbox', { name: 'Text of the message' });
  await text.waitFor();
  await context.route('**/api/v1/campaigns**', (route) => route.abort('connectionrefused'));
  await text.fill('Typed while the server was away');
  await page.locator('.top-bar .note').filter({ hasText: 'cannot be reached' }).waitFor();
  await page.reload();
  await text.waitFor();
  expect((await text.inputValue()) === 'Typed while the server was away', 'the text is there after a reload');
  await text.press('End');
  await text.pressSequentially('!');
  await page.locator('.top-bar .note').filter({ hasText: 'cannot be reached' }).waitFor();
  await context.unroute('**/api/v1/campaigns**');
  await page.waitForURL(/\/campaigns\/\d+/);
  await until(async () => /saved/.test(await page.locator('.top-bar .note').innerText()), 'the draft to be saved by itself');
  expect((await text.inputValue()) === 'Typed while the server was away!', 'the text is what was typed');
  console.log(JSON.stringify({ run: 'away' }));
} finally {
  await browser.close();
}
