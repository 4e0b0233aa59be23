/** Every count opens its list: the number that was pressed is the number that the page of people opens with. */
import { expect, numberIn, until, visit } from './browser.mjs';
import { loaded } from './look.mjs';
import { act, client, sandboxPeople } from './server.mjs';

async function something(server, call, bot) {
  const people = await sandboxPeople(server, 'limit=12');
  for (const person of people) await act(server, person.id, 'start');
  for (const person of people) await act(server, person.id, 'write', { text: 'hello there' });
  for (const person of people.slice(10, 12)) await act(server, person.id, 'block');
  await until(async () => {
    const home = await call('GET', `/home?bot_id=${bot.id}`);
    return home.people >= 12 && home.blocked.count === 2 ? home : null;
  }, 'twelve people, two of whom blocked the bot');
}

export async function run(server, browser, storageState) {
  const call = await client(server);
  const [bot] = (await call('GET', '/bots')).items;
  await something(server, call, bot);
  const { page, context, problems } = await visit(browser, { storageState });
  await page.goto(`${server.base}/`);
  await loaded(page);
  await page.locator('a.count').first().waitFor();
  const counts = await page.locator('main a.count').evaluateAll((links) =>
    links.map((link) => ({
      href: link.getAttribute('href'),
      text: link.textContent,
      section: link.closest('section')?.getAttribute('aria-label') ?? '',
    })),
  );
  for (const wanted of ['Joined', 'Active', 'Blocked'])
    expect(
      counts.some((count) => count.section === wanted),
      `“${wanted}” opens its people`,
    );
  for (const { href, text, section } of counts) {
    await page.goto(server.base + href);
    const figure = page.locator('main .lead-figure').first();
    await until(
      async () => numberIn(await figure.innerText()) === numberIn(text),
      `${text} of “${section}” on ${href}`,
    );
  }
  await context.close();
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(JSON.stringify({ run: 'counts', counts: counts.length }));
}
