/** Every page by navigation, in several orders, equal to the same address opened fresh: in text, in boxes and in pixels. */
import fs from 'node:fs';
import { expect, until, visit } from './browser.mjs';
import { loaded } from './look.mjs';
import { client } from './server.mjs';

const FLOW = {
  nodes: {
    start: { type: 'start', triggers: [{ command: 'walk' }], next: 'say' },
    say: { type: 'message', message: { text: 'Hello', format: 'plain' }, next: null },
  },
  start: 'start',
};

/** One of everything, so that every page is full. */
async function fill(call, bot) {
  const message = { text: 'Hello', format: 'plain' };
  await call('POST', '/segments', {
    bot_id: bot.id,
    name: 'Reachable',
    expression: { reachable: true },
  });
  await call('POST', '/flows', { bot_id: bot.id, name: 'Walk', graph: FLOW });
  await call('POST', '/links', {
    name: 'Walk',
    bots: [{ bot_id: bot.id }],
    tags: ['from the walk'],
  });
  await call('POST', '/templates', { name: 'Hello', message });
  const campaign = await call('POST', '/campaigns', {
    bot_id: bot.id,
    name: 'Walk',
    audience: { all: [] },
    message,
  });
  await call('POST', `/campaigns/${campaign.id}/start`, {});
  await until(
    async () => (await call('GET', `/campaigns/${campaign.id}`)).status === 'done',
    'the campaign to be done',
  );
}

/** How each page is reached by clicking, from the sidebar on. */
const place = (path) => (page) =>
  page.locator(`.sidebar a[href^="${path}"]`).filter({ visible: true }).first().click();
const through = (path, link) => async (page) => {
  await place(path)(page);
  await page.waitForURL((url) => url.pathname === path);
  await loaded(page);
  await page.locator(link).filter({ visible: true }).first().click();
  await page.waitForURL((url) => url.pathname !== path);
};
const ways = {
  home: (page) => page.locator('.sidebar .places a').first().click(),
  inbox: place('/inbox'),
  contacts: place('/contacts'),
  segments: place('/segments'),
  stages: place('/stages'),
  tags: place('/tags'),
  campaigns: place('/campaigns'),
  links: place('/links'),
  templates: place('/templates'),
  flows: place('/flows'),
  reports: place('/reports'),
  settings: place('/settings'),
  person: through('/contacts', 'main [data-row] a'),
  segment: through('/segments', 'main a[href*="/segments/"]:not([href*="/new"])'),
  compose: through('/campaigns', 'main a[href*="/campaigns/new"]'),
  campaign: through('/campaigns', 'main a[href*="/campaigns/"]:not([href*="/new"])'),
  link: through('/links', 'main a[href*="/links/"]'),
  flow: through('/flows', 'main a[href*="/flows/"]'),
  files: through('/settings', 'main a[href*="/settings/files"]'),
  phrases: through('/settings', 'main a[href*="/settings/phrases"]'),
  retention: through('/settings', 'main a[href*="/settings/retention"]'),
};

/** The order of the README, in which two sheets once disagreed, and three at random that are always the same. */
function orders() {
  const readme = [
    'home',
    'flows',
    'flow',
    'segments',
    'segment',
    'campaigns',
    'compose',
    'campaign',
    'reports',
    'inbox',
    'contacts',
    'person',
    'links',
    'link',
    'templates',
    'tags',
    'stages',
    'settings',
    'files',
    'retention',
    'flow',
    'compose',
  ];
  let seed = 42;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const shuffled = () =>
    Object.keys(ways)
      .map((name) => [random(), name])
      .sort(([a], [b]) => a - b)
      .map(([, name]) => name);
  return [readme, shuffled(), shuffled(), shuffled()];
}

/** What is seen: the words, where each thing stands, and the picture. Nothing is pointed at or focused. */
async function seen(page) {
  await loaded(page);
  await page.mouse.move(0, 0);
  return {
    ...(await page.evaluate(() => {
      document.activeElement?.blur();
      window.scrollTo(0, 0);
      const box = (element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return `${element.tagName}.${(element.getAttribute('class') ?? '').replace(/__m__\S+/g, '')} ${[x, y, width, height].map(Math.round).join(' ')}`;
      };
      return {
        text: document.body.innerText,
        boxes: [...document.querySelectorAll('.frame *')].map(box).join('\n'),
      };
    })),
    pixels: await page.screenshot({ animations: 'disabled' }),
  };
}

const firstDifference = (one, other) => {
  const [a, b] = [one.split('\n'), other.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  return at < 0 ? `${b.length - a.length} lines more` : `“${a[at]}” instead of “${b[at]}”`;
};

/** Where two pictures differ by more than the smoothing of an edge; null where they do not. */
async function pixelDifference(page, one, other) {
  if (one.equals(other)) return null;
  return page.evaluate(
    async (pictures) => {
      const [a, b] = await Promise.all(
        pictures.map(async (base64) => {
          const image = new Image();
          image.src = `data:image/png;base64,${base64}`;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
          canvas.drawImage(image, 0, 0);
          return canvas.getImageData(0, 0, image.width, image.height);
        }),
      );
      let [count, left, top, right, bottom] = [0, a.width, a.height, 0, 0];
      for (let at = 0; at < a.data.length; at += 4) {
        if (
          ![0, 1, 2].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > 24)
        )
          continue;
        const [x, y] = [(at / 4) % a.width, Math.floor(at / 4 / a.width)];
        count += 1;
        [left, top, right, bottom] = [
          Math.min(left, x),
          Math.min(top, y),
          Math.max(right, x),
          Math.max(bottom, y),
        ];
      }
      return count > 0 ? `${count} pixels between ${left},${top} and ${right},${bottom}` : null;
    },
    [one, other].map((picture) => picture.toString('base64')),
  );
}

/** Null when both are the same; else what differs, in words. */
async function difference(page, walked, fresh) {
  if (walked.text !== fresh.text) return `text: ${firstDifference(walked.text, fresh.text)}`;
  if (walked.boxes !== fresh.boxes) return `boxes: ${firstDifference(walked.boxes, fresh.boxes)}`;
  return pixelDifference(page, walked.pixels, fresh.pixels);
}

/** Both are looked at until they agree: what a page shows after its reads have settled is compared, not how fast they do. */
async function compare(page, fresh, name) {
  await fresh.goto(page.url());
  const end = Date.now() + 5_000;
  for (;;) {
    const [here, there] = [await seen(page), await seen(fresh)];
    const found = await difference(fresh, here, there);
    if (found === null || Date.now() > end) {
      if (found && process.env.E2E_SHOTS) {
        fs.mkdirSync(process.env.E2E_SHOTS, { recursive: true });
        fs.writeFileSync(`${process.env.E2E_SHOTS}/walk-${name}-walked.png`, here.pixels);
        fs.writeFileSync(`${process.env.E2E_SHOTS}/walk-${name}-fresh.png`, there.pixels);
      }
      return found;
    }
  }
}

export async function run(server, browser, storageState) {
  const call = await client(server);
  await fill(call, (await call('GET', '/bots')).items[0]);
  const { context, page, problems } = await visit(browser, { storageState });
  // One moment for all: "3 min ago" must not become 4 between the two looks.
  await context.clock.setFixedTime(Date.now());
  const fresh = await context.newPage();
  const faults = [];
  for (const [round, order] of orders().entries()) {
    await page.goto(server.base);
    await loaded(page);
    for (const [step, name] of order.entries()) {
      await ways[name](page);
      const found = await compare(page, fresh, `${round}-${name}`);
      if (found)
        faults.push(
          `${name} after ${order[step - 1] ?? 'the start'} (order ${round + 1}): ${found}`,
        );
    }
  }
  for (const fault of faults) console.log(fault);
  console.log(JSON.stringify({ run: 'walk', orders: orders().length, faults: faults.length }));
  expect(problems.length === 0, `no error in the browser, but: ${problems.join(' | ')}`);
  expect(faults.length === 0, 'every page by navigation is as the fresh one');
  await context.close();
}
