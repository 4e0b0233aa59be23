/** Reading an older part of a thread: what the person writes meanwhile moves nothing, and a button leads down to it. */
import { base, expect, launch, phone, picture, until, visit } from './browser.mjs';
import { someone } from './phone.mjs';

const NEWS = 4;
const stamp = Date.now() % 1_000_000;
const browser = await launch();
const { context, page } = await visit(browser);
const write = async (person, text) => {
  const answer = await fetch(`${phone}/sandbox/people/${person.id}/write`, {
    method: 'POST',
    body: JSON.stringify({ text }),
  });
  expect(answer.ok, `${person.id} writes: ${answer.status}`);
};

try {
  const [person] = (await someone()).slice(3);
  for (let line = 0; line < 12; line += 1)
    await write(
      person,
      `An older line, ${stamp} number ${line}, long enough to fill the thread from top to bottom`,
    );
  await page.goto(base);
  await page.getByRole('heading', { name: 'Do next' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or go to' }).fill(String(person.id));
  await page
    .getByRole('option')
    .filter({ hasText: person.username ? `@${person.username}` : person.first_name })
    .first()
    .click();
  await page.getByRole('link', { name: 'Open conversation' }).click();
  const thread = page.getByRole('region', { name: 'Messages' });
  await thread
    .locator('.tg-text')
    .filter({ hasText: `${stamp} number 11,` })
    .waitFor();
  const bubbles = thread.locator('.tg-text');
  await thread.evaluate((box) => {
    box.scrollTop = Math.max(0, (box.scrollHeight - box.clientHeight) / 2);
  });
  await until(
    async () =>
      (await thread.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop)) > 100 ||
      null,
    'to stand above the end',
  );
  const read = await bubbles.evaluateAll((all) =>
    all.findIndex((one) => one.getBoundingClientRect().top > 200),
  );
  // The bubble itself, not its number: older ones may come in above it.
  const bubble = await bubbles.nth(read).elementHandle();
  const top = () =>
    bubble.evaluate((one) => [one.textContent, Math.round(one.getBoundingClientRect().top)]);
  const before = await top();
  for (let line = 0; line < NEWS; line += 1) await write(person, `News, ${stamp} number ${line}`);
  await bubbles
    .filter({ hasText: `News, ${stamp} number ${NEWS - 1}` })
    .waitFor({ state: 'attached' });
  const after = await top();
  expect(
    before[0] === after[0] && Math.abs(before[1] - after[1]) <= 1,
    `what is read stays: ${before} → ${after}`,
  );
  await picture(page, 'reading');
  await page.locator('.inbox-thread-unseen').click();
  await until(
    async () =>
      (await thread.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop)) < 3 ||
      null,
    'the end of the thread',
  );
  console.log(JSON.stringify({ run: 'reading', moved_px: after[1] - before[1] }));
} catch (error) {
  await picture(page, 'reading-failed');
  console.error(page.url());
  throw error;
} finally {
  await context.close();
  await browser.close();
}
