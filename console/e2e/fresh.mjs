/** What needs a server of its own: the first day, counts, the message editor, two editors, strange people. */
import { launch } from './browser.mjs';
import { run as counts } from './counts.mjs';
import { run as editor } from './editor.mjs';
import { run as empty } from './empty.mjs';
import { startServer } from './server.mjs';
import { run as hang } from './hang.mjs';
import { run as roles } from './roles.mjs';
import { run as send } from './send.mjs';
import { run as signin } from './signin.mjs';
import { run as strange } from './strange.mjs';
import { run as two } from './two.mjs';
import { run as walk } from './walk.mjs';

/** Few enough that all of them act at once: nobody else comes while counts are compared. */
const PEOPLE = 12;
const server = await startServer();
const browser = await launch();
try {
  const storageState = await empty(server, browser);
  await server.populate(PEOPLE);
  await counts(server, browser, storageState);
  await walk(server, browser, storageState);
  await editor(server, browser, storageState);
  await two(server, browser, storageState);
  await signin(server, browser);
  await roles(server, browser);
  await hang(server, browser, storageState);
  await send(server, browser, storageState);
  await strange(server, browser, storageState);
} finally {
  await browser.close();
  await server.stop();
}
