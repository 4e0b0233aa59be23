/** Names and words that hold anything: markup, marks that turn the line around, 10,000 characters. All of it is text, and folded. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, picture, until, violations, visit } from './browser.mjs';
import { loaded } from './look.mjs';
import { act, client, sandboxPeople } from './server.mjs';

const MARKUP = '<img src=x onerror="window.__ran=1"><b>Bold</b>';
const TURNED = 'Invoice\u202Egpj.exe\u2067x';
/** Telegram itself ends names at 64 characters; a page holds whatever a server says. */
const LONG = `Long${'ö'.repeat(9_996)}`;

async function meet(server, call, bot) {
  const file = path.join(server.data, 'strange.csv');
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  fs.writeFileSync(
    file,
    `telegram_id,first_name,last_name\n91,${quoted(MARKUP)},M\n92,${quoted(TURNED)},T\n`,
  );
  const imported = JSON.parse(await server.muster('import', file, '--bot', String(bot.id)));
  expect(imported.created === 2, `two people are in: ${JSON.stringify(imported)}`);
  const [person] = await sandboxPeople(server, 'limit=1');
  await act(server, person.id, 'start');
  await act(server, person.id, 'write', { text: `${MARKUP} ${TURNED} ${'长'.repeat(3_000)}` });
  const writer = await until(async () => {
    const [item] = (await call('GET', `/conversations?bot_id=${bot.id}&filter=all`)).items;
    return item?.contact ?? null;
  }, 'the conversation');
  const id = async (q) => (await call('GET', `/contacts?bot_id=${bot.id}&q=${q}`)).items[0].id;
  return { markup: await id('91'), turned: await id('92'), writer };
}

/** Whatever the server says of the writer, it says with a name of 10,000 characters. */
const lengthen = (context, writer) =>
  context.route('**/api/v1/**', async (route) => {
    const request = route.request();
    if (request.method() === 'GET' && request.resourceType() === 'eventsource')
      return route.continue();
    // Of a page that was left meanwhile neither the answer nor its text is there any more.
    const asked = async () => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(
        JSON.stringify(writer.name),
        JSON.stringify(LONG),
      );
      return { response, body };
    };
    const answer = await asked().catch(() => null);
    return answer ? route.fulfill(answer) : route.abort();
  });

async function stands(page, name, faults) {
  const found = await page.evaluate(() => ({
    ran: window.__ran === 1,
    images: document.querySelectorAll('img[src="x"]').length,
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    heights: [...document.querySelectorAll('[data-row]')].map((row) =>
      Math.round(row.getBoundingClientRect().height),
    ),
    // A name without a wall around it turns what stands beside it.
    bare: [...document.querySelectorAll('main *')]
      .filter(
        (element) =>
          [...element.childNodes].some(
            (node) => node.nodeType === 3 && /[\u202E\u2067]/.test(node.data),
          ) && !element.closest('bdi, [dir=auto], input, textarea, title'),
      )
      .map((element) => element.outerHTML.slice(0, 80)),
  }));
  if (found.ran || found.images > 0) faults.push(`${name}: markup of a name was drawn`);
  if (found.sideways > 0) faults.push(`${name}: scrolls sideways by ${found.sideways} px`);
  if (new Set(found.heights).size > 1)
    faults.push(`${name}: rows of different heights ${found.heights}`);
  if (found.bare.length > 0)
    faults.push(`${name}: turned text without a wall: ${found.bare.join(' ')}`);
  for (const fault of await violations(page)) faults.push(`${name}: ${fault}`);
}

export async function run(server, browser, storageState) {
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  const { markup, turned, writer } = await meet(server, call, bot);
  const faults = [];
  for (const width of [1440, 380]) {
    const { page, context, problems } = await visit(browser, { width, storageState });
    await lengthen(context, writer);
    const pages = {
      contacts: '/contacts',
      markup: `/contacts/${markup}`,
      turned: `/contacts/${turned}`,
      long: `/contacts/${writer.id}`,
      inbox: '/inbox?filter=all',
      thread: `/inbox?filter=all&c=${writer.id}`,
      segment: '/segments/new',
      compose: '/campaigns/new',
    };
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(server.base + address);
      await loaded(page);
      if (name === 'thread') await page.locator('.inbox-thread-side').first().waitFor();
      await stands(page, `${name} ${width}`, faults);
      await picture(page, `strange-${name}-${width}-light`);
    }
    await page.goto(`${server.base}/contacts/${markup}`);
    await loaded(page);
    expect(
      (await page.locator('h1').innerText()).includes('<b>Bold</b>'),
      'markup in a name is shown as text',
    );
    faults.push(...problems);
    await context.close();
  }
  console.log(JSON.stringify({ run: 'strange', faults: faults.length }));
  expect(faults.length === 0, `nothing strange, but:\n${faults.join('\n')}`);
}
