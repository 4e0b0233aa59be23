/** The first day: the account, the first bot, and every page with nothing in it. Each says what comes next. */
import { expect, picture, violations, visit } from './browser.mjs';
import { look, loaded } from './look.mjs';
import { makeOwner } from './server.mjs';

const pages = {
  home: '/',
  inbox: '/inbox',
  contacts: '/contacts',
  segments: '/segments',
  segment: '/segments/new',
  stages: '/stages',
  tags: '/tags',
  campaigns: '/campaigns',
  compose: '/campaigns/new',
  templates: '/templates',
  flows: '/flows',
  reports: '/reports',
  settings: '/settings',
};

/** Whoever sees an empty page sees a way on: one action of its own. */
async function teaches(page, base, path) {
  await page.goto(base + path);
  await loaded(page);
  const state = page.locator('.empty-state').first();
  await state.waitFor().catch(() => expect(false, `${path} says that it is empty`));
  expect((await state.locator('p').count()) > 0, `${path} says what will stand there`);
}

export async function run(server, browser) {
  const { context, page, problems } = await visit(browser);
  await page.goto(server.owner_link);
  await page.locator('h1').waitFor();
  const gate = await violations(page);
  await picture(page, 'empty-setup-1440-light');
  await makeOwner(page, server);
  const token = page.getByRole('textbox', { name: 'Token from @BotFather' });
  await token.waitFor();
  gate.push(...(await violations(page)));
  await picture(page, 'empty-bot-1440-light');
  await token.fill(server.token);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.locator('.empty-state').first().waitFor();
  const storageState = await context.storageState();
  for (const path of [
    '/',
    '/inbox',
    '/contacts',
    '/templates',
    '/flows',
    '/tags',
    '/campaigns',
    '/reports',
  ])
    await teaches(page, server.base, path);
  expect(
    problems.filter((each) => !each.includes('401')).length === 0,
    `no error in the browser, but: ${problems.join(' | ')}`,
  );
  await context.close();
  const faults =
    gate.length + (await look(browser, server.base, pages, { storageState, prefix: 'empty-' }));
  if (gate.length > 0) console.log(`gate: ${gate.join(' | ')}`);
  console.log(JSON.stringify({ run: 'empty', faults }));
  expect(faults === 0, 'no fault on an empty page');
  return storageState;
}
