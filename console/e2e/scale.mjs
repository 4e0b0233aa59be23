/**
 * 100,000 contacts and 10,000 conversations on the real server: how the console scrolls and types, in frame times.
 * Not part of `make test`: `node console/e2e/scale.mjs` with E2E_BINARY; SCALE_CONTACTS and SCALE_TALKS may be set.
 */
import fs from 'node:fs';
import path from 'node:path';
import { expect, launch, picture, until, visit } from './browser.mjs';
import { csv, dice } from './population.mjs';
import { act, client, makeOwner, sandboxPeople, startServer } from './server.mjs';

const CONTACTS = Number(process.env.SCALE_CONTACTS ?? 100_000);
const TALKS = Number(process.env.SCALE_TALKS ?? 10_000);
/** People who write while the console is measured, a second. */
const WRITES_PER_SECOND = 20;

/** Remembers every frame's length and every answer's time from now on. */
const startFrames = (page) =>
  page.evaluate(() => {
    performance.clearResourceTimings();
    performance.setResourceTimingBufferSize(5_000);
    const frames = [];
    let last = performance.now();
    const next = (now) => {
      frames.push(now - last);
      last = now;
      window.__frame = requestAnimationFrame(next);
    };
    window.__frames = frames;
    window.__frame = requestAnimationFrame(next);
  });

const stopFrames = (page) =>
  page.evaluate(() => {
    cancelAnimationFrame(window.__frame);
    const answers = performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.includes('/api/v1/') && !entry.name.includes('/live'));
    return {
      frames: window.__frames.slice(1),
      answers: answers.map((entry) => [
        new URL(entry.name).pathname.replace('/api/v1', '').replace(/\d{3,}/g, 'ID'),
        entry.duration,
      ]),
    };
  });

const rank = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const round = (value) => Math.round(value * 10) / 10;

const results = [];
async function measured(page, name, doIt) {
  await startFrames(page);
  const extra = (await doIt()) ?? {};
  const { frames, answers } = await stopFrames(page);
  frames.sort((a, b) => a - b);
  const times = answers.map(([, ms]) => ms).sort((a, b) => a - b);
  const slowest = answers.sort((a, b) => b[1] - a[1])[0];
  const result = {
    run: 'scale',
    case: name,
    frames: frames.length,
    p50_ms: round(rank(frames, 0.5)),
    p95_ms: round(rank(frames, 0.95)),
    max_ms: round(frames.at(-1) ?? 0),
    over_50_ms: frames.filter((ms) => ms > 50).length,
    answers: times.length,
    answer_p50_ms: round(rank(times, 0.5)),
    answer_p95_ms: round(rank(times, 0.95)),
    slowest: slowest ? `${slowest[0]} ${round(slowest[1])}` : '',
    ...extra,
  };
  results.push(result);
  console.log(JSON.stringify(result));
}

async function scroll(page, wheel, steps) {
  for (let step = 0; step < steps; step += 1) {
    await page.mouse.wheel(0, wheel);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Types as a fast writer does, and says how long each key took until it stood there. */
async function type(page, field, text) {
  const keys = [];
  await field.click();
  for (const letter of text) {
    const began = Date.now();
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    keys.push(Date.now() - began);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 80)));
  }
  keys.sort((a, b) => a - b);
  return { key_p50_ms: rank(keys, 0.5), key_max_ms: keys.at(-1) };
}

/** Where a thing stands that is being read. */
const anchorOf = (page, rows) =>
  page.evaluate((selector) => {
    const row = [...document.querySelectorAll(selector)].find(
      (each) => each.getBoundingClientRect().top > window.innerHeight / 3,
    );
    return row
      ? { name: row.querySelector('b, a')?.textContent, top: row.getBoundingClientRect().top }
      : null;
  }, rows);

async function staysStill(page, rows, live) {
  const before = await anchorOf(page, rows);
  const seen = live.written;
  await until(() => live.written > seen + WRITES_PER_SECOND * 3, 'sixty more messages');
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3_000)));
  const after = await anchorOf(page, rows);
  expect(
    before && after && before.name === after.name && Math.abs(before.top - after.top) < 1,
    `the row stays: ${JSON.stringify({ before, after })}`,
  );
}

async function fill(server) {
  const call = await client(server);
  const bot = await call('POST', '/bots', { token: server.token, bulk_per_second: 25 });
  const people = await sandboxPeople(server);
  const file = path.join(server.data, 'people.csv');
  fs.writeFileSync(file, [...csv(CONTACTS, people)].join('\n') + '\n');
  let began = Date.now();
  const imported = JSON.parse(await server.muster('import', file, '--bot', String(bot.id)));
  expect(imported.rejected === 0, `no row refused: ${JSON.stringify(imported)}`);
  const import_seconds = (Date.now() - began) / 1000;
  began = Date.now();
  for (const person of people.slice(0, TALKS)) {
    await act(server, person.id, 'start');
    await act(server, person.id, 'write', {
      text: `Hello, a question about order ${person.id % 10_007}: when does it arrive?`,
    });
  }
  const counts = await until(
    async () => {
      const { counts } = await call('GET', `/conversations?bot_id=${bot.id}&filter=open&limit=1`);
      return counts.open >= TALKS * 0.98 ? counts : null;
    },
    `${TALKS} conversations`,
    300_000,
  );
  console.log(
    JSON.stringify({
      run: 'scale',
      case: 'fill',
      contacts: CONTACTS,
      conversations: counts.open,
      import_seconds,
      talk_seconds: (Date.now() - began) / 1000,
    }),
  );
  return { call, bot, people };
}

/** People keep writing until told to stop. */
function liveWriters(server, people) {
  const next = dice(11);
  const live = { written: 0, on: true };
  const going = (async () => {
    while (live.on) {
      const person = people[Math.floor(next() * Math.min(people.length, TALKS))];
      await act(server, person.id, 'write', {
        text: `And another thing, number ${live.written}`,
      }).catch(() => undefined);
      live.written += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_000 / WRITES_PER_SECOND));
    }
  })();
  return {
    live,
    stop: async () => {
      live.on = false;
      await going;
    },
  };
}

const server = await startServer({ people: TALKS + 200 });
const browser = await launch();
let writers;
try {
  const { page, context } = await visit(browser);
  await makeOwner(page, server);
  const { bot, people } = await fill(server);
  const quiet = () =>
    page.waitForFunction(() => document.querySelector('[role=status][aria-label]') === null);

  async function suite(mode, live) {
    const go = async (address) => {
      await page.goto(server.base + address);
      await page.locator('h1').first().waitFor();
      await quiet();
    };
    await go('/contacts');
    await page.mouse.move(700, 500);
    await measured(page, `${mode}: contacts, scroll 12,000 px`, () => scroll(page, 120, 100));
    await measured(page, `${mode}: contacts, fling 120,000 px`, async () => {
      await scroll(page, 1_200, 100);
      return { rows: await page.locator('.contacts-foot').innerText() };
    });
    if (live) await staysStill(page, '[data-row]', live);
    await go('/contacts');
    await measured(page, `${mode}: contacts, type in search`, async () => {
      const answer = page.waitForResponse((response) =>
        /\/contacts\?.*q=anna(\+|%20)petrov/.test(response.url()),
      );
      const keys = await type(page, page.locator('.contacts-search input'), 'anna petrov');
      await answer;
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      return { ...keys, found: await page.locator('.contacts-summary').innerText() };
    });
    await go('/inbox');
    await page.mouse.move(300, 500);
    await measured(page, `${mode}: inbox, scroll 12,000 px`, () => scroll(page, 120, 100));
    await measured(page, `${mode}: inbox, fling 120,000 px`, () => scroll(page, 1_200, 100));
    if (live) await staysStill(page, '.inbox-talk-place', live);
    await measured(page, `${mode}: inbox, type in search`, () =>
      type(page, page.locator('.inbox-list-head input'), 'order 42'),
    );
    await go('/inbox');
    await page.locator('.inbox-talk').first().waitFor();
    await measured(page, `${mode}: inbox, j through 20 threads`, async () => {
      for (let step = 0; step < 20; step += 1) {
        await page.keyboard.press('j');
        await page.locator('.inbox-thread-side').first().waitFor();
      }
    });
    await measured(page, `${mode}: inbox, type a reply`, () =>
      type(
        page,
        page.locator('.inbox-composer [role=textbox]').first(),
        'thank you it arrives tomorrow',
      ),
    );
    await page.locator('.inbox-composer [role=textbox]').first().fill('');
    await go('/segments/new');
    await measured(page, `${mode}: segment builder, threshold typed`, async () => {
      await page.getByRole('button', { name: 'Condition', exact: true }).click();
      await page.getByRole('option', { name: 'Last active', exact: true }).click();
      await page.locator('.builder-line input').first().waitFor();
      const number = page
        .locator('.builder-line input[inputmode=numeric], .builder-line input[inputmode=decimal]')
        .first();
      if ((await number.count()) === 0) return {};
      const keys = [];
      for (const days of ['3', '30', '14', '90', '7']) {
        const began = Date.now();
        const answer = page.waitForResponse((response) =>
          response.url().includes('/segments/preview'),
        );
        await number.fill(days);
        await answer;
        keys.push(Date.now() - began);
      }
      return { change_to_answer_ms: keys };
    });
    await go('/contacts');
    await measured(page, `${mode}: open a person`, async () => {
      const began = Date.now();
      await page.locator('[data-row] a').nth(3).click();
      await page.locator('.contacts-timeline li').first().waitFor();
      return { shown_ms: Date.now() - began };
    });
    await go('/');
    await measured(page, `${mode}: home, looked at for 5 s`, () =>
      page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 5_000))),
    );
  }
  await suite('calm', null);
  writers = liveWriters(server, people);
  await suite('live', writers.live);
  await picture(page, 'scale-home');
  const memory = await (
    await context.newCDPSession(page)
  )
    .send('Performance.getMetrics')
    .catch(() => null);
  console.log(
    JSON.stringify({
      run: 'scale',
      case: 'done',
      bot: bot.id,
      written: writers.live.written,
      memory: memory?.metrics.find((each) => each.name === 'JSHeapUsedSize')?.value,
    }),
  );
} catch (error) {
  console.error(fs.readFileSync(path.join(server.data, 'log'), 'utf8').slice(-2_000));
  throw error;
} finally {
  await writers?.stop();
  await browser.close();
  await server.stop();
}
