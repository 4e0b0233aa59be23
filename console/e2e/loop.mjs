/**
 * Once round the loop, as a person would: press an option on the phone → the tag on the contact's page → a segment →
 * a campaign with a canary → its live page → its report → the next segment, whose count is the report's number.
 */
import { base, expect, launch, numberIn, picture, until, visit } from './browser.mjs';
import { openMenu, someone } from './phone.mjs';

const CANARY = 150;
const browser = await launch();
const { context, page, problems } = await visit(browser);
let clicks = 0;
const click = async (target) => {
  clicks += 1;
  await target.click();
};
const button = (name) => page.getByRole('button', { name });

async function pressOnPhone() {
  const [person] = await someone();
  await page.goto(base);
  await page.getByRole('heading', { name: 'Do next' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or go to' }).fill(String(person.id));
  await page.getByRole('option').filter({ hasText: person.username ? `@${person.username}` : person.first_name }).first().click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  const own = await page.locator('.person-tags .tag-chip').allInnerTexts();
  const screen = await context.newPage();
  const menu = await openMenu(screen, person);
  const options = await menu.getByRole('button').allInnerTexts();
  const wanted = options.map((text) => ({ text, tag: `兴趣-${text.split(' ').at(-1)}` })).find((option) => !own.includes(option.tag));
  expect(wanted, 'a menu option whose tag the person does not have yet');
  const began = Date.now();
  await menu.getByRole('button', { name: wanted.text }).click();
  await page.locator('.person-tags .tag-chip').filter({ hasText: wanted.tag }).waitFor();
  const ms = Date.now() - began;
  await screen.close();
  await picture(page, 'loop-1-tag');
  expect(ms < 3_000, `the tag on the page soon after the press, not after ${ms} ms`);
  return { tag: wanted.tag, press_to_tag_ms: ms };
}

async function buildSegment(tag) {
  await click(page.getByRole('link', { name: 'Segments' }).first());
  await click(page.getByRole('link', { name: 'New segment' }).first());
  await click(page.getByRole('button', { name: 'Condition', exact: true }));
  await click(page.getByRole('menuitem', { name: 'has the tag' }));
  await click(page.getByRole('combobox', { name: 'Tags' }));
  await click(page.getByRole('option', { name: tag, exact: true }));
  await page.keyboard.press('Escape');
  await until(async () => (await page.locator('.builder-line[data-unfinished]').count()) === 0, 'the condition finished');
  await page.getByRole('textbox', { name: 'Name' }).filter({ visible: true }).fill(`Loop ${Date.now() % 1_000_000}`);
  await until(async () => numberIn(await page.locator('.lead-figure').first().innerText()) > CANARY * 0.2 || null, 'people in the segment');
  await click(button('Save'));
  await page.waitForURL(/\/segments\/\d+/);
  await picture(page, 'loop-2-segment');
  return numberIn(await page.locator('.lead-figure').first().innerText());
}

async function sendCampaign() {
  await click(page.getByRole('link', { name: 'Write to them' }).first());
  await page.getByRole('textbox', { name: 'Text of the message' }).fill('Hi {first_name|friend}, <b>one question</b>: shall we send you more of this?');
  await click(button('Add a button'));
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Yes, more');
  await click(button('Done'));
  await click(button(/^Send to the first|^Send to all/));
  await page.getByRole('heading', { name: 'Ledger' }).waitFor();
  await picture(page, 'loop-3-live');
  const goOn = button(/^Go on with/);
  const state = page.locator('.top-bar .pill');
  await until(async () => (await goOn.isVisible()) || /Done/.test(await state.innerText()), 'the canary to be sent');
  if (await goOn.isVisible()) await click(goOn);
  await until(async () => /Done/.test(await state.innerText()), 'the campaign to be done', 180_000);
  await picture(page, 'loop-4-done');
  const parts = await page.locator('.legend .mid-figure').allInnerTexts();
  return parts.map(numberIn).reduce((sum, part) => sum + part, 0);
}

async function nextSegment() {
  const fact = page.locator('.fact').filter({ hasText: 'Open rate' });
  await until(async () => numberIn(await fact.locator('.mid-figure').innerText()) >= 5 || null, 'some who answered', 180_000);
  const reported = numberIn(await fact.locator('.mid-figure').innerText());
  await click(fact.getByRole('link', { name: 'Make this a segment' }));
  const figure = page.locator('.lead-figure').first();
  // Answers may still come in between the two looks: the segment is live, so it may only be larger.
  const counted = await until(async () => {
    const count = numberIn(await figure.innerText());
    return count >= reported ? count : null;
  }, `the segment to count ${reported}`);
  await click(button('Save'));
  await page.waitForURL(/\/segments\/\d+/);
  await picture(page, 'loop-5-next');
  return { reported, counted };
}

try {
  const { tag, press_to_tag_ms } = await pressOnPhone();
  await page.goto(base);
  await page.getByRole('heading', { name: 'Do next' }).waitFor();
  const began = Date.now();
  clicks = 0;
  const people = await buildSegment(tag);
  const audience = await sendCampaign();
  const { reported, counted } = await nextSegment();
  const seconds = Math.round((Date.now() - began) / 1000);
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(JSON.stringify({ run: 'loop', press_to_tag_ms, segment: people, audience, reported, next_segment: counted, clicks, seconds }));
} catch (error) {
  await picture(page, 'loop-failed');
  console.error(page.url(), problems.join(' | '));
  throw error;
} finally {
  await browser.close();
}
