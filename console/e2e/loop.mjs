/**
 * Once round the loop in each language, as a person would: press an option on the phone → the tag on the contact's page → a segment →
 * a campaign with a canary → its live page → its report → the next segment, whose count is the report's number.
 */
import { base, expect, launch, numberIn, picture, until, visit } from './browser.mjs';
import { openMenu, someone } from './phone.mjs';
import { words } from './words.mjs';

const CANARY = 150;
const browser = await launch();
/** Who goes round now, and in which words. */
let context, page, problems, say, begins;
let clicks = 0;
const click = async (target) => {
  clicks += 1;
  await target.click();
};
const shot = (name) => `loop-${say('place.segments') === 'Segments' ? '' : 'zh-'}${name}`;
const button = (name) => page.getByRole('button', { name, exact: typeof name === 'string' });
const link = (key) => page.getByRole('link', { name: say(key) }).first();

async function pressOnPhone() {
  const [person] = await someone();
  await page.goto(base);
  await page.getByRole('heading', { name: say('home.next') }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: say('frame.find') }).fill(String(person.id));
  await page
    .getByRole('option')
    .filter({ hasText: person.username ? `@${person.username}` : person.first_name })
    .first()
    .click();
  await page.getByRole('heading', { name: say('person.timeline') }).waitFor();
  const own = await page.locator('.contacts-person-tags .tag-chip').allInnerTexts();
  const screen = await context.newPage();
  const menu = await openMenu(screen, person);
  const options = await menu.getByRole('button').allInnerTexts();
  const wanted = options
    .map((text) => ({ text, tag: `兴趣-${text.split(' ').at(-1)}` }))
    .find((option) => !own.includes(option.tag));
  expect(wanted, 'a menu option whose tag the person does not have yet');
  const began = Date.now();
  await menu.getByRole('button', { name: wanted.text }).click();
  await page.locator('.contacts-person-tags .tag-chip').filter({ hasText: wanted.tag }).waitFor();
  const ms = Date.now() - began;
  await screen.close();
  await picture(page, shot('1-tag'));
  expect(ms < 3_000, `the tag on the page soon after the press, not after ${ms} ms`);
  return { tag: wanted.tag, press_to_tag_ms: ms };
}

async function buildSegment(tag) {
  await click(link('place.segments'));
  await click(link('segments.new'));
  await click(button(say('builder.condition')));
  await click(page.getByRole('option', { name: say('builder.form.tag'), exact: true }));
  await click(page.getByRole('combobox', { name: say('builder.tags') }));
  await click(page.getByRole('option', { name: tag, exact: true }));
  await page.keyboard.press('Escape');
  await until(
    async () => (await page.locator('.builder-line[data-unfinished]').count()) === 0,
    'the condition finished',
  );
  await page
    .getByRole('textbox', { name: say('segments.name') })
    .filter({ visible: true })
    .fill(`Loop ${Date.now() % 1_000_000}`);
  await until(
    async () =>
      numberIn(await page.locator('.lead-figure').first().innerText()) > CANARY * 0.2 || null,
    'people in the segment',
  );
  await click(button(say('ui.save')));
  await page.waitForURL(/\/segments\/\d+/);
  await picture(page, shot('2-segment'));
  return numberIn(await page.locator('.lead-figure').first().innerText());
}

async function sendCampaign() {
  await click(link('ui.write_to_them'));
  const text = page.getByRole('textbox', { name: say('compose.text') });
  await text.pressSequentially(
    'Hi {first_name|friend}, **one question**: shall we send you more of this?',
  );
  expect(
    (await text.locator('strong').innerText()) === 'one question',
    'signs around words to become bold',
  );
  await click(button(say('compose.add_button')));
  await page
    .getByRole('textbox', { name: say('compose.button_text'), exact: true })
    .fill('Yes, more');
  await click(button(say('compose.button_done')));
  await click(button(begins('compose.send_first_other', 'compose.send_all_other')));
  await click(
    page
      .getByRole('dialog')
      .getByRole('button', { name: begins('compose.send_first_other', 'compose.send_all_other') }),
  );
  await page.getByRole('heading', { name: say('campaigns.ledger') }).waitFor();
  await picture(page, shot('3-live'));
  const goOn = button(begins('campaigns.resume_other'));
  const state = page.locator('.top-bar .pill');
  await until(
    async () =>
      (await goOn.isVisible()) || (await state.innerText()).includes(say('campaign_status.done')),
    'the canary to be sent',
  );
  if (await goOn.isVisible()) {
    await click(goOn);
    await click(
      page.getByRole('dialog').getByRole('button', { name: begins('campaigns.resume_other') }),
    );
  }
  await until(
    async () => (await state.innerText()).includes(say('campaign_status.done')),
    'the campaign to be done',
    180_000,
  );
  await picture(page, shot('4-done'));
  const parts = await page.locator('.legend .mid-figure').allInnerTexts();
  return parts.map(numberIn).reduce((sum, part) => sum + part, 0);
}

async function nextSegment() {
  const fact = page.locator('.campaigns-fact').filter({ hasText: say('report.open_rate') });
  await until(
    async () => numberIn(await fact.locator('.mid-figure').innerText()) >= 5 || null,
    'some who answered',
    180_000,
  );
  const reported = numberIn(await fact.locator('.mid-figure').innerText());
  await click(fact.getByRole('link', { name: say('ui.made_segment') }));
  const figure = page.locator('.lead-figure').first();
  // Answers may still come in between the two looks: the segment is live, so it may only be larger.
  const counted = await until(async () => {
    const count = numberIn(await figure.innerText());
    return count >= reported ? count : null;
  }, `the segment to count ${reported}`);
  await click(button(say('ui.save')));
  await page.waitForURL(/\/segments\/\d+/);
  await picture(page, shot('5-next'));
  return { reported, counted };
}

async function round(language) {
  ({ context, page, problems } = await visit(browser, { language }));
  ({ say, begins } = words(language));
  const { tag, press_to_tag_ms } = await pressOnPhone();
  await page.goto(base);
  await page.getByRole('heading', { name: say('home.next') }).waitFor();
  const began = Date.now();
  clicks = 0;
  const people = await buildSegment(tag);
  const audience = await sendCampaign();
  const { reported, counted } = await nextSegment();
  const seconds = Math.round((Date.now() - began) / 1000);
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(
    JSON.stringify({
      run: 'loop',
      language,
      press_to_tag_ms,
      segment: people,
      audience,
      reported,
      next_segment: counted,
      clicks,
      seconds,
    }),
  );
  await context.close();
}

try {
  for (const language of ['en-GB', 'zh-CN']) await round(language);
} catch (error) {
  await picture(page, 'loop-failed');
  console.error(page.url(), problems.join(' | '));
  throw error;
} finally {
  await browser.close();
}
