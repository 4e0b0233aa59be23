/** Two people at the same thing: the second to save is told, and loses nothing. */
import { expect, until, visit, written } from './browser.mjs';
import { loaded } from './look.mjs';
import { client } from './server.mjs';

const FLOW = {
  nodes: {
    start: { type: 'start', triggers: [{ command: 'hello' }], next: 'say' },
    say: { type: 'message', message: { text: 'Hello', format: 'plain' }, next: null },
  },
  start: 'start',
};

/** The busy bot makes the page read everything again: that must not hide that someone else was faster. */
const readAgain = async (page, path) => {
  const answer = page.waitForResponse(
    (response) =>
      response.request().method() === 'GET' &&
      new URL(response.url()).pathname.startsWith(`/api/v1${path}`),
  );
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await Promise.race([answer, page.waitForTimeout(1_500)]);
};

const told = (page) => page.getByRole('alert').filter({ hasText: 'in the meantime' }).waitFor();
const keepMine = async (page) => {
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await until(async () => (await page.getByRole('alert').count()) === 0, 'the notice to go');
};

async function segment(page, base, call, bot) {
  const made = await call('POST', '/segments', {
    bot_id: bot.id,
    name: 'Both edit',
    expression: { reachable: true },
  });
  await page.goto(`${base}/segments/${made.id}`);
  await loaded(page);
  const name = page.getByRole('textbox', { name: 'Name' }).filter({ visible: true });
  await name.fill('Mine');
  await call('PATCH', `/segments/${made.id}`, { name: 'Theirs', version: made.version });
  await readAgain(page, `/segments/${made.id}`);
  expect((await name.inputValue()) === 'Mine', 'what was typed stays');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await told(page);
  expect(
    (await call('GET', `/segments/${made.id}`)).name === 'Theirs',
    'theirs stands until somebody decides',
  );
  await keepMine(page);
  await until(
    async () => (await call('GET', `/segments/${made.id}`)).name === 'Mine',
    'mine to stand after the decision',
  );
}

async function stages(page, base, call, bot) {
  await page.goto(`${base}/stages`);
  await loaded(page);
  const days = page.locator('.stages-rule').first().getByRole('textbox').first();
  await days.fill('45');
  const before = await call('GET', `/stages?bot_id=${bot.id}`);
  const theirs = before.items.map(({ id, name, color, expression }, index) => ({
    id,
    name: index === 0 ? 'gone' : name,
    color,
    expression,
  }));
  await call('PUT', '/stages', { stages: theirs, version: before.version });
  await readAgain(page, '/stages');
  await page.getByRole('button', { name: /^Save/ }).click();
  await told(page);
  await page.getByRole('button', { name: 'Use theirs' }).click();
  await until(async () => (await days.inputValue()) === '30', 'their rules on the page');
  const after = await call('GET', `/stages?bot_id=${bot.id}`);
  expect(after.items[0].name === 'gone', 'theirs stands');
  await call('PUT', '/stages', {
    stages: before.items.map(({ id, name, color, expression }) => ({
      id,
      name,
      color,
      expression,
    })),
    version: after.version,
  });
}

async function flow(page, base, call, bot) {
  const made = await call('POST', '/flows', { bot_id: bot.id, name: 'Both walk', graph: FLOW });
  await page.goto(`${base}/flows/${made.id}?node=say`);
  await loaded(page);
  const text = page.getByRole('textbox', { name: 'Text' });
  await text.fill('Mine');
  const theirs = structuredClone(FLOW);
  theirs.nodes.say.message.text = 'Theirs';
  await call('PATCH', `/flows/${made.id}`, { graph: theirs, edit_version: made.edit_version });
  await readAgain(page, `/flows/${made.id}`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await told(page);
  expect(
    (await call('GET', `/flows/${made.id}`)).draft.nodes.say.message.text === 'Theirs',
    'theirs stands until somebody decides',
  );
  await keepMine(page);
  await until(
    async () => (await call('GET', `/flows/${made.id}`)).draft.nodes.say.message.text === 'Mine',
    'mine to stand after the decision',
  );
}

async function template(page, base, call) {
  const made = await call('POST', '/templates', {
    name: 'Both write',
    message: { text: 'Hello', format: 'plain' },
  });
  await page.goto(`${base}/templates`);
  await loaded(page);
  await page.getByRole('button', { name: /Both write/ }).click();
  await page.getByRole('menuitem').first().click();
  const text = page.getByRole('dialog').getByRole('textbox', { name: 'Text' });
  await text.fill('Mine');
  await call('PATCH', `/templates/${made.id}`, {
    message: { text: 'Theirs', format: 'plain' },
    version: made.version,
  });
  await readAgain(page, '/templates');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await told(page);
  expect((await written(text)) === 'Mine', 'what was typed stays');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const [kept] = (await call('GET', '/templates')).items;
  expect(kept.message.text === 'Mine', 'mine stands after the decision');
}

async function campaign(page, base, call, bot) {
  const made = await call('POST', '/campaigns', {
    bot_id: bot.id,
    name: 'Both send',
    audience: { all: [] },
    message: { text: 'Hello', format: 'plain' },
  });
  await page.goto(`${base}/campaigns/${made.id}`);
  await loaded(page);
  const text = page.getByRole('textbox', { name: 'Text of the message' });
  await call('PATCH', `/campaigns/${made.id}`, {
    message: { text: 'Theirs', format: 'plain' },
    version: made.version,
  });
  await text.fill('Mine');
  await told(page);
  await text.press('End');
  await text.pressSequentially(', and more');
  await page.waitForTimeout(1_500);
  expect(
    (await call('GET', `/campaigns/${made.id}`)).message.text === 'Theirs',
    'typing on does not lay mine over theirs',
  );
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await until(
    async () => (await call('GET', `/campaigns/${made.id}`)).message.text === 'Mine, and more',
    'mine after the decision',
  );
}

export async function run(server, browser, storageState) {
  const { page, context, problems } = await visit(browser, { storageState });
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  await segment(page, server.base, call, bot);
  await stages(page, server.base, call, bot);
  await flow(page, server.base, call, bot);
  await template(page, server.base, call);
  await campaign(page, server.base, call, bot);
  await context.close();
  expect(
    problems.filter((each) => !each.includes('409')).length === 0,
    `no error in the browser, but: ${problems.join(' | ')}`,
  );
  console.log(JSON.stringify({ run: 'two' }));
}
