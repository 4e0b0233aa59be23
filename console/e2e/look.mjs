/** Looks at pages in both themes and at two widths: axe finds nothing, nothing scrolls sideways, nothing fails. */
import { picture, violations, visit } from './browser.mjs';
import { wrongWords } from './said.mjs';

/** What a person would wait for: a heading, and nothing that is loading any more. */
export async function loaded(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[role=status][aria-label]') === null);
  await page.evaluate(() => document.fonts.ready);
}

/** What a page's head says and nobody can read: cut off, or beyond the edge. A name may be longer than any head. */
const cutInHead = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('main header:is(.top-bar, .inbox-thread-head) *')]
      .filter((each) => each.textContent.trim() && !each.closest('h1, h2, .crumb, .unseen'))
      .filter((each) => {
        const { right } = each.getBoundingClientRect();
        const hides = getComputedStyle(each).overflowX !== 'visible';
        return right > window.innerWidth + 1 || (hides && each.scrollWidth > each.clientWidth + 1);
      })
      .map((each) => `“${each.textContent.trim()}” cannot be read in the head`),
  );

async function inOneLook(browser, base, addresses, { theme, width, storageState, prefix }) {
  const { context, page, problems } = await visit(browser, { theme, width, storageState });
  let faults = 0;
  for (const [name, path] of Object.entries(addresses)) {
    problems.length = 0;
    await page.goto(base + path);
    await loaded(page).catch(() => problems.push('the page was not there in time'));
    const found = await violations(page);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    if (sideways > 0) found.push(`scrolls sideways by ${sideways} px`);
    found.push(...(await cutInHead(page)));
    found.push(...problems, ...wrongWords(await page.evaluate(() => document.body.innerText)));
    await picture(page, `${prefix}${name}-${width}-${theme}`);
    faults += found.length;
    if (found.length > 0) console.log(`${prefix}${name} ${width} ${theme}: ${found.join(' | ')}`);
  }
  await context.close();
  return faults;
}

/** The same pages in Chinese, for their words alone. */
export async function readInChinese(browser, base, addresses, { storageState } = {}) {
  const { context, page } = await visit(browser, { language: 'zh-CN', storageState });
  let faults = 0;
  for (const [name, path] of Object.entries(addresses)) {
    await page.goto(base + path);
    await loaded(page);
    const found = wrongWords(await page.evaluate(() => document.body.innerText));
    await picture(page, `${name}-zh`);
    faults += found.length;
    if (found.length > 0) console.log(`${name} zh: ${found.join(' | ')}`);
  }
  await context.close();
  return faults;
}

/** The number of faults on all pages. `addresses` are paths by name. */
export async function look(browser, base, addresses, { storageState, prefix = '' } = {}) {
  let faults = 0;
  for (const theme of ['light', 'dark']) {
    const both = [1440, 380].map((width) =>
      inOneLook(browser, base, addresses, { theme, width, storageState, prefix }),
    );
    for (const found of await Promise.all(both)) faults += found;
  }
  return faults;
}
