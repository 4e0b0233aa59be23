/**
 * A figure stands only with the input that it belongs to, on the living demo: of a wrong input, and of a count that
 * failed, no page shows one.
 */
import { base, expect, launch, picture, visit } from './browser.mjs';

const browser = await launch();
const { context, page } = await visit(browser);
const main = page.locator('main');
const weekly = encodeURIComponent(
  JSON.stringify({ all: [{ last_interaction: { within: '7d' } }] }),
);
/** What the main part of a page says of people, with a number before it. */
const FIGURE = /\d[\d,]* (people|person) (match|would move|in )/;
const says = async () => (await main.innerText()).replace(/\s+/g, ' ');
const amount = () => main.getByRole('textbox', { name: /how many/ }).first();

async function open(path) {
  await page.goto(base + path);
  await main.getByText(FIGURE).or(main.locator('.lead-figure')).first().waitFor();
}

/** An emptied duration: said whole at its field, no figure, and nothing can be saved or sent by it. */
async function emptied(path, name) {
  await open(path);
  await amount().fill('');
  const fault = main
    .getByRole('alert')
    .filter({ hasText: 'Enter a whole number from 1 to 36,525.' });
  await fault.first().waitFor();
  const clipped = await fault
    .first()
    .evaluate((said) => said.scrollWidth > said.clientWidth + 1 || said.offsetHeight === 0);
  expect(!clipped, `${name}: the error is read whole`);
  expect(!FIGURE.test(await says()), `${name}: a wrong field has no figure, but: ${await says()}`);
  const save = page.getByRole('button', { name: /^Save/ }).first();
  expect(await save.isDisabled(), `${name}: nothing can be saved by it`);
  expect(
    (await save.getAttribute('aria-description'))?.includes('Correct the marked field'),
    `${name}: the grey button says why`,
  );
  await picture(page, `figures-${name}-emptied`);
  await amount().fill('9');
  await main.getByText(FIGURE).first().waitFor();
}

/** A count that fails is no 0 and not the one before. */
async function failed(path, name, pattern, act) {
  await open(path);
  await page.route(pattern, (route) => route.fulfill({ status: 500, body: '' }));
  await act();
  await main.getByRole('alert').first().waitFor();
  expect(!FIGURE.test(await says()), `${name}: a failed count is no figure, but: ${await says()}`);
  await picture(page, `figures-${name}-failed`);
  await page.unroute(pattern);
}

await emptied(`/segments/new?e=${weekly}&name=Weekly`, 'segment');
await emptied('/stages', 'stages');
const another = () => amount().fill('11');
await failed(`/segments/new?e=${weekly}`, 'segment', '**/api/v1/segments/preview', another);
await failed('/stages', 'stages', '**/api/v1/stages/preview', another);
await page.route('**/api/v1/contacts?*', (route) => route.fulfill({ status: 500, body: '' }));
await page.goto(`${base}/contacts?e=${weekly}`);
await main.getByRole('alert').first().waitFor();
expect(!FIGURE.test(await says()), `contacts that cannot be read are not counted: ${await says()}`);

/** What a campaign would do is greyed, and cannot be sent by, from the change until it is counted anew. */
await page.unroute('**/api/v1/contacts?*');
await page.goto(`${base}/campaigns/new`);
const total = main.locator('.campaigns-subtraction .total dd .count');
await total.waitFor();
let answer;
const asked = new Promise((resolve) => {
  answer = resolve;
});
await page.route('**/api/v1/campaigns/preview', async (route) => {
  await asked;
  await route.continue();
});
await main.getByRole('combobox', { name: 'Control group' }).click();
await page.getByRole('option', { name: '50%' }).click();
await main.locator('.campaigns-subtraction .total .count.stale').waitFor();
await picture(page, 'figures-composer-stale');
answer();
await main.locator('.campaigns-subtraction .total .count:not(.stale)').waitFor();

await context.close();
await browser.close();
console.log(JSON.stringify({ run: 'figures' }));
