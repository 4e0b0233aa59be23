/** An agent sees no way that is closed to agents: no request of any page is refused, and no control leads to one that is. */
import { expect, picture, visit } from './browser.mjs';
import { loaded } from './look.mjs';
import { client } from './server.mjs';

/** What only marketers and owners may press. */
const CLOSED =
  /^(New |Create |Import|Export|Message them|Save|Send a test|Send to|Publish|Stop$|Archive|Edit|Delete|Merge|Add a bot|Invite|Revoke|Disconnect|Continue with|Use )/;

async function signUp(browser, server, call) {
  const { link } = await call('POST', '/members', {
    name: 'Bo Agent',
    email: 'bo@example.com',
    role: 'agent',
  });
  const { context, page } = await visit(browser);
  await page.goto(link.replace('127.0.0.1', 'localhost'));
  await page.getByRole('textbox', { name: 'Your name' }).fill('Bo Agent');
  await page.locator('input[type=password]').fill('a long enough password');
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => url.pathname === '/');
  return { context, page };
}

export async function run(server, browser) {
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  const draft = await call('POST', '/campaigns', {
    bot_id: bot.id,
    name: 'Not yet sent',
    audience: { all: [] },
    message: { text: 'Hello there' },
  });
  const segment = await call('POST', '/segments', {
    bot_id: bot.id,
    name: 'Those who can be reached',
    expression: { reachable: true },
  });
  const [person] = (await call('GET', `/contacts?bot_id=${bot.id}&limit=1`)).items;
  const { context, page } = await signUp(browser, server, call);
  const refused = [];
  page.on('response', (answer) => {
    if (answer.status() === 403) refused.push(`${answer.request().method()} ${answer.url()}`);
  });
  const paths = [
    ...['/', '/inbox', '/contacts', '/contacts?drawer=import', `/contacts/${person.id}`],
    ...['/segments', `/segments/${segment.id}`, '/segments/new', '/stages', '/tags', '/templates'],
    ...['/campaigns', `/campaigns/${draft.id}`, '/campaigns/new', '/flows', '/links', '/reports'],
    ...[
      '/reports?of=links',
      '/reports?of=flows',
      '/settings',
      '/settings/files',
      '/settings/retention',
      '/settings/phrases',
    ],
  ];
  for (const path of paths) {
    await page.goto(server.base + path);
    await loaded(page);
    expect(refused.length === 0, `${path}: nothing is asked that is refused: ${refused}`);
    const closed = await page
      .locator('main :is(button, a):visible, [role=dialog] :is(button, a):visible')
      .evaluateAll((all) =>
        all.map((each) => (each.getAttribute('aria-label') ?? each.innerText).trim()),
      );
    const found = closed.filter((name) => CLOSED.test(name));
    expect(found.length === 0, `${path}: an agent is offered ${found.join(', ')}`);
  }
  await page.goto(`${server.base}/campaigns/${draft.id}`);
  await page.locator('main').getByText('Hello there').waitFor();
  await picture(page, 'roles-draft');
  await context.close();
  console.log(JSON.stringify({ run: 'roles', pages: paths.length }));
}
