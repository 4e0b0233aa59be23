/** The whole loop by keyboard alone, and in Chinese: from the first page to the next segment. */
import { base, expect, launch, numberIn, picture, until, visit } from './browser.mjs';
import { words } from './words.mjs';

const browser = await launch();
const { page, problems } = await visit(browser, { language: 'zh-CN' });
const { say, begins } = words('zh-CN');
const press = (key) => page.keyboard.press(key);
const figure = async () => numberIn(await page.locator('.lead-figure').first().innerText());

/** Goes on with Tab until what has the focus fits, as a person without a mouse does. */
async function tabTo(name, most = 120) {
  for (let step = 0; step < most; step += 1) {
    await press('Tab');
    const focused = await page.evaluate(() => {
      const at = document.activeElement;
      return (
        at?.getAttribute('aria-label') ?? at?.getAttribute('placeholder') ?? at?.textContent ?? ''
      );
    });
    if (typeof name === 'string' ? focused.trim() === name : name.test(focused.trim())) return;
  }
  throw new Error(`the keyboard never reached “${name}”`);
}

try {
  await page.goto(base);
  await page.getByRole('heading', { name: '建议下一步' }).waitFor();
  expect(
    (await page.locator('html').getAttribute('lang')) === 'zh-Hans',
    'the page says that it is Chinese',
  );
  await press('g');
  await press('s');
  await page.waitForURL(/\/segments/);
  await page.getByRole('link', { name: '新分群' }).first().waitFor();
  await tabTo('新分群');
  await press('Enter');
  await page.waitForURL(/\/segments\/new/);
  await tabTo('条件');
  await press('Enter');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.type('最近互动');
  await press('Enter');
  await until(async () => (await figure()) > 0 || null, 'people who interacted');
  await press('Control+k');
  await page.getByRole('combobox', { name: '搜索或跳转' }).waitFor();
  await page.keyboard.type('新群发');
  const wanted = page.locator('#palette-new-campaign');
  await wanted.waitFor();
  for (
    let step = 0;
    step < 20 && (await wanted.getAttribute('aria-selected')) !== 'true';
    step += 1
  )
    await press('ArrowDown');
  await press('Enter');
  await page.waitForURL(/\/campaigns\/new/);
  await tabTo('消息正文');
  await page.keyboard.type('你好，{first_name|朋友}！');
  await page.locator('.tg-bubble').filter({ hasText: '你好' }).waitFor();
  await page.waitForURL(/\/campaigns\/\d+/);
  await tabTo(say('compose.add_button'));
  await press('Enter');
  await page.getByRole('dialog').getByRole('textbox').first().waitFor();
  await until(
    () => page.evaluate(() => document.activeElement?.tagName === 'INPUT'),
    'the focus in the button’s text',
  );
  await page.keyboard.type('好的');
  await press('Enter');
  await page.locator('.tg-key').filter({ hasText: '好的' }).first().waitFor();
  await picture(page, 'keyboard-zh-1-compose');
  await tabTo(begins('compose.send_first_other'));
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(begins('compose.send_first_other'));
  await press('Enter');
  await page.getByRole('heading', { name: say('campaigns.ledger') }).waitFor();
  const goOn = page.getByRole('button', { name: begins('campaigns.resume_other') });
  await goOn.waitFor({ timeout: 90_000 });
  await tabTo(begins('campaigns.resume_other'));
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(begins('campaigns.resume_other'));
  await press('Enter');
  const state = page.locator('.top-bar .pill');
  await until(
    async () => (await state.innerText()).includes(say('campaign_status.done')),
    'the campaign to be done',
    180_000,
  );
  const fact = page.locator('.campaigns-fact').filter({ hasText: say('report.open_rate') });
  const reported = await until(
    async () => numberIn(await fact.locator('.mid-figure').innerText()) || null,
    'some who answered',
    180_000,
  );
  await picture(page, 'keyboard-zh-2-report');
  await tabTo(say('ui.made_segment'));
  await press('Enter');
  const counted = await until(
    async () => ((await figure()) >= reported ? figure() : null),
    `the segment to count ${reported}`,
  );
  // Another campaign of the day made a segment of this name.
  await tabTo(say('segments.name'));
  await press('End');
  await page.keyboard.type(` ${Date.now() % 1_000_000}`);
  await tabTo(say('ui.save'));
  await press('Enter');
  await page.waitForURL(/\/segments\/\d+/);
  await picture(page, 'keyboard-zh-3-segment');
  await page.locator('body').evaluate(() => document.activeElement?.blur());
  await press('?');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(
    JSON.stringify({ run: 'keyboard', language: 'zh-CN', reported, next_segment: counted }),
  );
} catch (error) {
  await picture(page, 'keyboard-failed');
  console.error(page.url(), problems.join(' | '));
  throw error;
} finally {
  await browser.close();
}
