// grammY sending texts with buttons, so many calls in flight. Usage: grammy_send.mjs API_URL COUNT IN_FLIGHT
// Prints how many it sent a second.
import { Agent } from 'node:http';
import { Api, InlineKeyboard } from 'grammy';

const [apiRoot, count, inFlight] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
const api = new Api('42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', {
  apiRoot,
  baseFetchConfig: { agent, compress: false },
});

let next = 0;
async function work() {
  while (next < count) {
    const person = next++;
    const buttons = new InlineKeyboard()
      .text('Claim', `c.1.0.0.${String(person).padStart(8, '0')}`)
      .url('Shop', `https://example.org/c/${String(person).padStart(32, '0')}`);
    const text = `Hi Person ${person}, the coupon that you asked for is here. It is good until Sunday.`;
    await api.sendMessage(5_000_000_000 + person, text, { reply_markup: buttons });
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: inFlight }, work));
console.log(count / ((performance.now() - begun) / 1000));
process.exit(0);
