/** One of the simulated people, by hand. */
import { phone, until } from './browser.mjs';

/** People who use the bot and may be written to, as the sandbox lists them. */
export async function someone() {
  const text = await (await fetch(`${phone}/sandbox/people?limit=60`)).text();
  const people = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return people.filter(
    (person) => person.has_started && !person.is_blocking && !person.is_deactivated,
  );
}

/** Opens the phone as this person, asks for the menu, and gives the newest message with buttons. */
export async function openMenu(page, person) {
  await page.goto(`${phone}/#${person.id}`);
  await page.locator('#write').waitFor();
  const before = await page.locator('#messages .rows').count();
  await page.locator('#text').fill('/menu');
  await page.locator('#write button[type=submit]').click();
  await until(
    async () => (await page.locator('#messages .rows').count()) > before,
    'the menu on the phone',
  );
  return page.locator('#messages .rows').last();
}
