/** Every page of the living demo, full. */
import { base, launch, visit } from './browser.mjs';
import { look, readInChinese } from './look.mjs';

const browser = await launch();

/** A template, so that the gallery is not empty: the demo's team has saved none. */
async function saveTemplate(page) {
  await page.evaluate(async () => {
    const { items } = await (await fetch('/api/v1/templates')).json();
    if (items.length > 0) return;
    const { bots } = await (await fetch('/api/v1/session')).json();
    const campaigns = await (
      await fetch(`/api/v1/campaigns?bot_id=${bots[0].id}&status=done`)
    ).json();
    for (const [index, campaign] of campaigns.items.slice(0, 3).entries()) {
      const body = JSON.stringify({ name: `${campaign.name}, kept`, from_campaign: campaign.id });
      await fetch('/api/v1/templates', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `pages-${index}` },
        body,
      });
    }
  });
}

async function addresses() {
  const { context, page } = await visit(browser);
  await page.goto(base);
  await page.locator('.lead-figure').first().waitFor();
  const first = (path, query) =>
    page.evaluate(
      async ([path, query]) => {
        const session = await (await fetch('/api/v1/session')).json();
        const answer = await (
          await fetch(`/api/v1/${path}?bot_id=${session.bots[0].id}${query}`)
        ).json();
        return answer.items[0]?.id ?? answer.items[0]?.contact?.id ?? null;
      },
      [path, query ?? ''],
    );
  await saveTemplate(page);
  const person = await first('contacts');
  const segment = await first('segments');
  const campaign = await first('campaigns', '&status=done');
  const flow = await first('flows');
  const link = await first('links');
  const talk = await first('conversations', '&filter=open');
  await context.close();
  return {
    home: '/',
    inbox: '/inbox',
    'inbox-waiting': '/inbox?order=waiting',
    thread: `/inbox?c=${talk}`,
    contacts: '/contacts',
    person: `/contacts/${person}`,
    segments: '/segments',
    segment: segment ? `/segments/${segment}` : '/segments/new',
    stages: '/stages',
    tags: '/tags',
    campaigns: '/campaigns',
    campaign: `/campaigns/${campaign}`,
    compose: '/campaigns/new',
    templates: '/templates',
    links: '/links',
    link: `/links/${link}`,
    'link-new': '/links?drawer=new',
    flows: '/flows',
    flow: `/flows/${flow}`,
    reports: '/reports',
    'reports-links': '/reports?of=links',
    'reports-flows': '/reports?of=flows',
    settings: '/settings',
  };
}

const all = await addresses();
const faults = (await look(browser, base, all)) + (await readInChinese(browser, base, all));
console.log(JSON.stringify({ run: 'pages', faults }));
await browser.close();
if (faults > 0) process.exit(1);
