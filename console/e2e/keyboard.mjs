/** By keyboard alone, and in Chinese: from the first page to a saved segment and its message. */
import { base, expect, launch, numberIn, picture, until, visit } from './browser.mjs';

const browser = await launch();
const { page, problems } = await visit(browser, { language: 'zh-CN' });
const press = (key) => page.keyboard.press(key);

/** Goes on with Tab until what has the focus fits, as a person without a mouse does. */
async function tabTo(name, most = 80) {
  for (let step = 0; step < most; step += 1) {
    await press('Tab');
    const focused = await page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.getAttribute('placeholder') ?? at?.textContent ?? '';
    });
    if (focused.trim() === name) return;
  }
  throw new Error(`the keyboard never reached “${name}”`);
}

try {
  await page.goto(base);
  await page.getByRole('heading', { name: '建议下一步' }).waitFor();
  expect((await page.locator('html').getAttribute('lang')) === 'zh-Hans', 'the page says that it is Chinese');
  await press('g');
  await press('s');
  await page.waitForURL(/\/segments/);
  await page.getByRole('link', { name: '新分群' }).first().waitFor();
  await tabTo('新分群');
  await press('Enter');
  await page.waitForURL(/\/segments\/new/);
  await tabTo('条件');
  await press('Enter');
  await page.getByRole('menuitem').first().waitFor();
  for (let step = 0; step < 4; step += 1) {
    if ((await page.evaluate(() => document.activeElement?.textContent)) === '最近互动') break;
    await press('ArrowDown');
  }
  await press('Enter');
  await until(async () => numberIn(await page.locator('.lead-figure').first().innerText()) > 0 || null, 'people who interacted');
  await press('Control+k');
  await page.getByRole('combobox', { name: '搜索或跳转' }).waitFor();
  await page.keyboard.type('新群发');
  const wanted = page.locator('#palette-new-campaign');
  await wanted.waitFor();
  for (let step = 0; step < 20 && (await wanted.getAttribute('aria-selected')) !== 'true'; step += 1) await press('ArrowDown');
  await press('Enter');
  await page.waitForURL(/\/campaigns\/new/);
  await tabTo('消息正文');
  await page.keyboard.type('你好，{first_name|朋友}！');
  await page.locator('.tg-bubble').filter({ hasText: '你好' }).waitFor();
  await page.waitForURL(/\/campaigns\/\d+/);
  await picture(page, 'keyboard-zh');
  await page.locator('body').evaluate(() => document.activeElement?.blur());
  await press('?');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  console.log(JSON.stringify({ run: 'keyboard' }));
} catch (error) {
  await picture(page, 'keyboard-failed');
  console.error(page.url(), problems.join(' | '));
  throw error;
} finally {
  await browser.close();
}
