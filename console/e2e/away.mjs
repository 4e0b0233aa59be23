/** A server that goes away or fails: what was typed stays, the page says so, and it goes on when the server is back. */
import { base, expect, launch, picture, until, visit, written } from './browser.mjs';

const browser = await launch();
const { context, page } = await visit(browser);

/** While `during` runs, what `pattern` matches gets no answer, or a server's failure. */
async function cut(pattern, during, status = null) {
  const answer = (route) => {
    if (route.request().method() === 'GET') return route.fallback();
    return status === null
      ? route.abort('connectionrefused')
      : route.fulfill({
          status,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'internal', title: 'Something went wrong', status }),
        });
  };
  await context.route(pattern, answer);
  await during();
  await context.unroute(pattern, answer);
}

async function campaignDraft() {
  await page.goto(`${base}/campaigns/new`);
  const text = page.getByRole('textbox', { name: 'Text of the message' });
  await text.waitFor();
  await context.route('**/api/v1/campaigns**', (route) => route.abort('connectionrefused'));
  await text.fill('Typed while the server was away');
  await page.locator('.top-bar .note').filter({ hasText: 'cannot be reached' }).waitFor();
  await page.reload();
  await text.waitFor();
  expect(
    (await written(text)) === 'Typed while the server was away',
    'the text is there after a reload',
  );
  await text.press('End');
  await text.pressSequentially('!');
  await page.locator('.top-bar .note').filter({ hasText: 'cannot be reached' }).waitFor();
  await context.unroute('**/api/v1/campaigns**');
  await page.waitForURL(/\/campaigns\/\d+/);
  await until(
    async () => /saved/.test(await page.locator('.top-bar .note').innerText()),
    'the draft to be saved by itself',
  );
  expect(
    (await written(text)) === 'Typed while the server was away!',
    'the text is what was typed',
  );
}

async function segment() {
  const asks = encodeURIComponent(JSON.stringify({ last_interaction: { within: '9d' } }));
  await page.goto(`${base}/segments/new?e=${asks}`);
  const name = page.getByRole('textbox', { name: 'Name' }).filter({ visible: true });
  await name.fill(`Away ${Date.now() % 1_000_000}`);
  const typed = await name.inputValue();
  const save = page.getByRole('button', { name: 'Save', exact: true });
  for (const status of [null, 503]) {
    await cut(
      '**/api/v1/segments',
      async () => {
        await save.click();
        await page.getByRole('alert').first().waitFor();
      },
      status,
    );
    expect(
      (await name.inputValue()) === typed && page.url().includes('9d'),
      'name and condition are there after a failed save',
    );
  }
  await save.click();
  await page.waitForURL(/\/segments\/\d+/);
}

async function reply() {
  await page.goto(`${base}/inbox?filter=open`);
  await page.locator('a.inbox-talk').first().click();
  const text = page.getByRole('textbox', { name: /^Reply/ });
  const words = `Back in a minute ${Date.now() % 1_000_000}`;
  await text.fill(words);
  await cut('**/messages', async () => {
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').first().waitFor();
  });
  expect((await written(text)) === words, 'the reply is still there');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.tg-text').filter({ hasText: words }).waitFor();
  await until(async () => (await written(text)) === '', 'the box to be free again');
  expect(
    (await page.locator('.tg-text').filter({ hasText: words }).count()) === 1,
    'the reply went once',
  );
}

try {
  await campaignDraft();
  await segment();
  await reply();
  console.log(JSON.stringify({ run: 'away' }));
} catch (error) {
  await picture(page, 'away-failed');
  console.error(page.url());
  throw error;
} finally {
  await browser.close();
}
