/** Every page in both themes and at two widths: axe finds nothing, nothing scrolls sideways, nothing fails. */
import { base, launch, picture, violations, visit } from './browser.mjs';

const browser = await launch();

async function addresses() {
  const { context, page } = await visit(browser);
  await page.goto(base);
  await page.locator('.lead-figure').first().waitFor();
  const first = (path, query) =>
    page.evaluate(async ([path, query]) => {
      const session = await (await fetch('/api/v1/session')).json();
      const answer = await (await fetch(`/api/v1/${path}?bot_id=${session.bots[0].id}${query}`)).json();
      return answer.items[0]?.id ?? answer.items[0]?.contact?.id ?? null;
    }, [path, query ?? '']);
  const person = await first('contacts');
  const segment = await first('segments');
  const campaign = await first('campaigns', '&status=done');
  const flow = await first('flows');
  const link = await first('links');
  const talk = await first('conversations', '&filter=open');
  await context.close();
  return {
    home: '/', inbox: '/inbox', thread: `/inbox?c=${talk}`, contacts: '/contacts', person: `/contacts/${person}`, segments: '/segments',
    segment: segment ? `/segments/${segment}` : '/segments/new', stages: '/stages', tags: '/tags', campaigns: '/campaigns', campaign: `/campaigns/${campaign}`,
    compose: '/campaigns/new', templates: '/templates', links: '/links', link: `/links/${link}`, 'link-new': '/links?drawer=new', flows: '/flows', flow: `/flows/${flow}`, settings: '/settings',
  };
}

let faults = 0;
for (const [name, path] of Object.entries(await addresses())) {
  for (const theme of ['light', 'dark']) {
    for (const width of [1440, 380]) {
      const { context, page, problems } = await visit(browser, { theme, width, height: width === 380 ? 800 : 900 });
      await page.goto(base + path);
      await page.locator('h1').first().waitFor().catch(() => problems.push('no heading appeared'));
      // Nothing is loading any more: what a person would wait for.
      await page.waitForFunction(() => document.querySelector('[role=status][aria-label]') === null);
      await page.evaluate(() => document.fonts.ready);
      const found = await violations(page);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (sideways > 0) found.push(`scrolls sideways by ${sideways} px`);
      found.push(...problems);
      await picture(page, `${name}-${width}-${theme}`);
      faults += found.length;
      if (found.length > 0) console.log(`${name} ${width} ${theme}: ${found.join(' | ')}`);
      await context.close();
    }
  }
}
console.log(JSON.stringify({ run: 'pages', faults }));
await browser.close();
if (faults > 0) process.exit(1);
