/** Chromium, one visitor, and the few acts that the runs share. Every wait is for something, none is for a time. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const base = process.env.BASE ?? 'http://localhost:8080';
export const phone = process.env.PHONE ?? 'http://localhost:8081';
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () => chromium.launch({ executablePath, args });

export async function visit(
  browser,
  {
    language = 'en-GB',
    theme = 'light',
    width = 1440,
    height = width < 800 ? 800 : 900,
    storageState,
  } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language,
    ...(storageState ? { storageState } : {}),
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { context, page, problems };
}

export function expect(truth, what) {
  if (!truth) throw new Error(`expected: ${what}`);
}

/** Asks until the answer is not null or the time is over. */
export async function until(ask, what, ms = 90_000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false && answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What stands in a message's editor. */
export const written = async (editor) => (await editor.innerText()).replace(/\n$/, '');

export const numberIn = (text) => Number((text ?? '').replace(/[^\d]/g, ''));

const axeSource = fs.readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe's violations in words; none is what is wanted. */
export async function violations(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, { runOnly });
    return violations.map(
      (found) =>
        `${found.id}: ${found.nodes
          .map((node) => node.target.join(' '))
          .slice(0, 3)
          .join(', ')}`,
    );
  }, tags);
}

export async function picture(page, name) {
  if (!process.env.E2E_SHOTS) return;
  fs.mkdirSync(process.env.E2E_SHOTS, { recursive: true });
  await page.screenshot({ path: `${process.env.E2E_SHOTS}/${name}.png` });
}
