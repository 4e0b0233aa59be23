/**
 * How long a page takes from the first byte asked for until it can be used, with an empty cache, on a running demo.
 * Not part of `make test`: `BASE=http://localhost:8080 node console/e2e/first.mjs`; CPU_SLOWDOWN slows the processor.
 */
import { base, launch, visit } from './browser.mjs';

const RUNS = 7;
const slowdown = Number(process.env.CPU_SLOWDOWN ?? 1);
const pages = { home: '/', inbox: '/inbox', contacts: '/contacts', campaigns: '/campaigns' };
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (ms) => Math.round(ms);

const browser = await launch();
for (const [name, path] of Object.entries(pages)) {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { context, page } = await visit(browser);
    if (slowdown > 1)
      await (
        await context.newCDPSession(page)
      ).send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.addInitScript(() => {
      window.__long = [];
      new PerformanceObserver((list) =>
        window.__long.push(...list.getEntries().map((entry) => entry.startTime + entry.duration)),
      ).observe({ type: 'longtask', buffered: true });
    });
    await page.goto(base + path, { waitUntil: 'commit' });
    // The page's own answers are in, and nothing is drawn as loading any more.
    await page.locator('h1').first().waitFor();
    await page.waitForFunction(
      () =>
        document.querySelector('main') !== null &&
        document.querySelector('main [role=status][aria-label]') === null,
    );
    runs.push(
      await page.evaluate(async () => {
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const full = performance.now();
        const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? full;
        return {
          paint,
          usable: Math.max(full, ...window.__long),
          bytes: performance
            .getEntriesByType('resource')
            .reduce((sum, entry) => sum + entry.transferSize, 0),
        };
      }),
    );
    await context.close();
  }
  const of = (key) => round(median(runs.map((run) => run[key])));
  console.log(
    JSON.stringify({
      run: 'first',
      page: name,
      slowdown,
      first_paint_ms: of('paint'),
      usable_ms: of('usable'),
      transferred_kb: round(of('bytes') / 1000),
    }),
  );
}
await browser.close();
