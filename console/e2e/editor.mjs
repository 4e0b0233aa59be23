/** The message editor: what is typed, formatted, linked, put in and pasted arrives at Telegram as text with entities. */
import { expect, picture, until, violations, visit, written } from './browser.mjs';
import { loaded } from './look.mjs';
import { act, client, sandboxPeople } from './server.mjs';

const FROM_DOCUMENT = `<b style="font-weight:normal" id="docs-internal-guid-1"><p style="margin-bottom:0pt"><span style="font-weight:700">Only today</span></p><ul><li><p><span>Tea</span></p></li></ul></b>`;

/** Pastes as a browser does that holds a piece of a page. */
const paste = (editor, html) =>
  editor.evaluate((element, html) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', html);
    element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  }, html);

/** The messages of a person's chat that have some words in them. */
async function arrived(server, person, words) {
  return until(async () => {
    const chat = await (await fetch(`${server.phone}/sandbox/people/${person}/chat`)).json();
    return (chat.messages ?? chat).findLast((message) => message.text?.includes(words)) ?? null;
  }, `“${words}” to arrive`);
}
const stretches = ({ text, entities = [] }) =>
  entities.map(({ type, offset, length, url }) => [
    type,
    text.slice(offset, offset + length),
    ...(url ? [url] : []),
  ]);

async function compose(page, server, faults) {
  await page.goto(`${server.base}/campaigns/new`);
  await loaded(page);
  const text = page.getByRole('textbox', { name: 'Text of the message' });
  const tools = page.getByRole('toolbar', { name: 'Formatting' });
  await text.click();
  await page.keyboard.type('Hi ');
  await tools.getByRole('button', { name: 'Field' }).click();
  await page.getByRole('menuitem', { name: 'First name' }).click();
  const form = page.getByRole('dialog', { name: 'Field' });
  await form.getByRole('textbox', { name: 'For people without it' }).fill('reader');
  // The menu that it was chosen from is gone.
  await page.locator('.mantine-Menu-dropdown').first().waitFor({ state: 'hidden' });
  faults.push(...(await violations(page)).map((fault) => `field: ${fault}`));
  await page.keyboard.press('Enter');
  await page.keyboard.type('! You are on ');
  await tools.getByRole('button', { name: 'Field' }).click();
  await page.getByRole('menuitem', { name: 'plan' }).click();
  await form.getByRole('textbox', { name: 'For people without it' }).fill('free');
  await page.keyboard.press('Enter');
  await page.keyboard.type('. 🏟 ');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('bold');
  await page.keyboard.press('Control+b');
  await page.keyboard.type(' and the shop');
  for (let letter = 0; letter < 'shop'.length; letter += 1)
    await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Control+k');
  await page
    .getByRole('dialog', { name: 'Link' })
    .getByRole('textbox', { name: 'Address' })
    .fill('lantern.example/shop');
  faults.push(...(await violations(page)).map((fault) => `link: ${fault}`));
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('||hidden|| 你好 {a}');
  await page.keyboard.press('Enter');
  await paste(text, FROM_DOCUMENT);
  await page.keyboard.press('Enter');
  await page.keyboard.type('> quoted');
  // The bubble shows the very person's own values.
  await page.locator('.tg-bubble').filter({ hasText: 'You are on pro.' }).waitFor();
  await page.locator('.tg-bubble blockquote').filter({ hasText: 'quoted' }).waitFor();
  await until(
    async () => /saved/.test(await page.locator('.top-bar .note').innerText()),
    'the draft to be saved',
  );
  await picture(page, 'editor-compose-1440-light');
  return text;
}

async function testSend(page, server, person) {
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page
    .getByRole('textbox', { name: 'Or to a person, who can be added to the group' })
    .fill(person.first_name);
  await page.getByRole('dialog').locator('.campaigns-test-person').first().click();
  const got = await arrived(server, person.id, 'quoted');
  const name = got.text.slice('Hi '.length, got.text.indexOf('!'));
  expect(name === person.first_name, `the field holds ${person.first_name}, not ${name}`);
  expect(
    got.text ===
      `Hi ${name}! You are on pro. 🏟 bold and the shop\nhidden 你好 {a}\nOnly today\n• Tea\nquoted`,
    `the words arrived: ${JSON.stringify(got.text)}`,
  );
  const wanted = [
    ['bold', 'bold'],
    ['text_link', 'shop', 'https://lantern.example/shop'],
    ['spoiler', 'hidden'],
    ['bold', 'Only today'],
    ['blockquote', 'quoted'],
  ];
  expect(
    JSON.stringify(stretches(got)) === JSON.stringify(wanted),
    `the entities arrived: ${JSON.stringify(stretches(got))}`,
  );
}

/** What a program wrote as HTML opens with its formatting, and is stored with entities once it was edited. */
async function openMarkup(page, server, call, bot) {
  const made = await call('POST', '/campaigns', {
    bot_id: bot.id,
    name: 'Written by a program',
    audience: { all: [] },
    message: { text: '<b>Bold</b> &amp; <code>{attr.plan|free}</code>', format: 'html' },
  });
  await page.goto(`${server.base}/campaigns/${made.id}`);
  await loaded(page);
  const text = page.getByRole('textbox', { name: 'Text of the message' });
  expect(
    (await text.locator('strong').innerText()) === 'Bold' && !(await written(text)).includes('<'),
    'markup opens as formatting',
  );
  await text.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('!');
  const { message } = await until(async () => {
    const now = await call('GET', `/campaigns/${made.id}`);
    return now.message.text.endsWith('!') ? now : null;
  }, 'the edit to be saved');
  const wanted = {
    text: 'Bold & {attr.plan|free}!',
    entities: [
      { type: 'bold', offset: 0, length: 4 },
      { type: 'code', offset: 7, length: 17 },
    ],
  };
  expect(
    message.text === wanted.text &&
      JSON.stringify(
        message.entities.map(({ type, offset, length }) => ({ type, offset, length })),
      ) === JSON.stringify(wanted.entities),
    `stored with entities: ${JSON.stringify(message)}`,
  );
}

async function reply(page, server, contact, person) {
  await act(server, person.id, 'write', { text: 'May I ask something?' });
  await page.goto(`${server.base}/inbox?filter=all&c=${contact.id}`);
  await loaded(page);
  const text = page.getByRole('textbox', { name: /^Reply/ });
  await text.click();
  // A word that is being put together belongs to the input method: its Enter does not send.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Input.imeSetComposition', {
    text: 'nihao',
    selectionStart: 5,
    selectionEnd: 5,
  });
  await text.dispatchEvent('keydown', {
    key: 'Enter',
    keyCode: 229,
    isComposing: true,
    bubbles: true,
  });
  await devtools.send('Input.insertText', { text: '你好' });
  expect(
    (await written(text)) === '你好',
    `the word stands: ${JSON.stringify(await written(text))}`,
  );
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('שלום ');
  await page.keyboard.press('Control+i');
  await page.keyboard.type('now');
  const directions = await text
    .locator('p')
    .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).direction));
  expect(directions.join() === 'ltr,rtl', `each line runs its own way: ${directions}`);
  await page.keyboard.press('Enter');
  const got = await arrived(server, person.id, 'שלום');
  expect(
    got.text === '你好\nשלום now' &&
      JSON.stringify(stretches(got)) === JSON.stringify([['italic', 'now']]),
    `the reply arrived with its entities: ${JSON.stringify(got)}`,
  );
  await until(async () => (await written(text)) === '', 'the box to be free again');
}

export async function run(server, browser, storageState) {
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  const [person] = await sandboxPeople(server, 'limit=1');
  await act(server, person.id, 'start');
  const contact = await until(
    async () => (await call('GET', `/contacts?bot_id=${bot.id}&q=${person.id}`)).items[0] ?? null,
    'the person to be known',
  );
  // Whoever the preview begins with has it.
  for (const each of (await call('GET', `/contacts?bot_id=${bot.id}&limit=100`)).items)
    await call('PATCH', `/contacts/${each.id}`, { attributes: { plan: 'pro' } });
  const faults = [];
  const { page, context, problems } = await visit(browser, { storageState });
  await compose(page, server, faults);
  faults.push(...(await violations(page)).map((fault) => `compose: ${fault}`));
  await testSend(page, server, person);
  await openMarkup(page, server, call, bot);
  await reply(page, server, contact, person);
  faults.push(...(await violations(page)).map((fault) => `inbox: ${fault}`), ...problems);
  await context.close();
  expect(faults.length === 0, `nothing wrong, but:\n${faults.join('\n')}`);
  console.log(JSON.stringify({ run: 'editor', faults: 0 }));
}
