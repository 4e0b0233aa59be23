/** Nothing goes out unread: a review with what will be sent, ten seconds to stop it, and a tab that is closed sends nothing. */
import { expect, numberIn, picture, until, visit } from './browser.mjs';
import { loaded } from './look.mjs';
import { client } from './server.mjs';

const HELD_MS = 10_000;

async function draft(call, bot, name) {
  return call('POST', '/campaigns', {
    bot_id: bot.id,
    name,
    audience: { reachable: true },
    message: { text: `Hello from ${name}`, format: 'plain' },
  });
}

const toAll = (within) => within.getByRole('button', { name: /^Send to/ });

async function review(page, server, made) {
  await page.goto(`${server.base}/campaigns/${made.id}`);
  await loaded(page);
  const few = page.getByRole('switch', { name: /first/i });
  if (await few.isChecked()) await few.click({ force: true });
  await toAll(page.locator('.campaigns-dock')).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}

const statusOf = async (call, made) => (await call('GET', `/campaigns/${made.id}`)).status;

export async function run(server, browser, storageState) {
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  const { page, context, problems } = await visit(browser, { storageState });

  const stopped = await draft(call, bot, 'Stopped');
  let dialog = await review(page, server, stopped);
  const forecast = await call('POST', '/campaigns/preview', {
    bot_id: bot.id,
    audience: { reachable: true },
    held_out_percent: 0,
  });
  expect(
    numberIn(await dialog.locator('.lead-figure').innerText()) === forecast.writes_to,
    'the review says how many',
  );
  expect((await dialog.innerText()).includes('Hello from Stopped'), 'the review shows the message');
  expect(
    /Control group/.test(await dialog.innerText()),
    'the review says whether there is a control group',
  );
  await picture(page, 'send-review');
  await toAll(dialog).click();
  await dialog.getByText(/^Starting in/).waitFor();
  await picture(page, 'send-hold');
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await toAll(dialog).waitFor();

  const closed = await draft(call, bot, 'Closed');
  const second = await context.newPage();
  dialog = await review(second, server, closed);
  await toAll(dialog).click();
  await dialog.getByText(/^Starting in/).waitFor();
  await second.close();

  const sent = await draft(call, bot, 'Sent');
  dialog = await review(page, server, sent);
  const began = Date.now();
  await toAll(dialog).click();
  await until(
    async () => (await statusOf(call, sent)) !== 'draft',
    'the campaign to start by itself',
  );
  expect(Date.now() - began >= HELD_MS - 500, 'the campaign began only after ten seconds');
  // By now the other two have had their ten seconds as well.
  expect((await statusOf(call, stopped)) === 'draft', 'what was stopped is still a draft');
  expect((await statusOf(call, closed)) === 'draft', 'a tab that was closed sent nothing');
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  await context.close();
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(JSON.stringify({ run: 'send' }));
}
