// A session of grammY 1.46 against a running sandbox.
//
//     node grammy_session.mjs http://127.0.0.1:8081 123456:TOKEN
//
// Prints "N passed, N failed"; the exit code is 1 if anything failed. See bench.py for the others.

import { createServer } from "node:http";
import * as zlib from "node:zlib";
import { Bot, GrammyError, InputFile, InputMediaBuilder, webhookCallback } from "grammy";

const [base, token] = [process.argv[2].replace(/\/$/, ""), process.argv[3]];
const SECRET = "webhook_secret-1";
const PLAIN = "Hi 🙂 there x_y shop";
const MARKDOWN = "*Hi* 🙂 _there_ `x_y` [shop](https://example.com/a)";
const FORMATS = {
  HTML: '<b>Hi</b> 🙂 <i>there</i> <code>x_y</code> <a href="https://example.com/a">shop</a>',
  MarkdownV2: MARKDOWN,
  Markdown: MARKDOWN,
};
const ENTITIES = "bold 0 2,italic 6 5,code 12 3,text_link 16 4";

let passed = 0;
let failed = 0;

function check(name, holds, seen) {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`failed: grammY: ${name}: ${JSON.stringify(seen)}`);
  }
}

function checksum(bytes) {
  // Newer versions of Node have it.
  if (zlib.crc32) return zlib.crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(checksum(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function picture(width, height) {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 90)]);
  const rows = zlib.deflateSync(Buffer.concat(Array(height).fill(row)));
  const parts = [chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

const people = (await (await fetch(`${base}/sandbox/people`)).text()).trim().split("\n").map((line) => JSON.parse(line))
  .filter((one) => !one.is_blocking && !one.is_deactivated).slice(65);

async function act(person, name, body) {
  const answer = await fetch(`${base}/sandbox/people/${person.id}/${name}`, { method: "POST", body: JSON.stringify(body ?? {}) });
  return answer.json();
}

async function nextPerson() {
  const person = people.shift();
  await act(person, "start");
  return person;
}

async function refusal(call) {
  try {
    return `no refusal but ${JSON.stringify(await call())}`;
  } catch (error) {
    if (error instanceof GrammyError) return `${error.error_code} ${error.description}`;
    throw error;
  }
}

function entitiesOf(message) {
  return (message.entities ?? message.caption_entities ?? []).map((one) => `${one.type} ${one.offset} ${one.length}`).join();
}

async function formats(api, person) {
  let sent;
  for (const [mode, text] of Object.entries(FORMATS)) {
    sent = await api.sendMessage(person.id, text, { parse_mode: mode });
    check(mode, sent.text === PLAIN && entitiesOf(sent) === ENTITIES, sent);
  }
  const explicit = await api.sendMessage(person.id, PLAIN, { entities: [{ type: "bold", offset: 0, length: 2 }] });
  check("entities", entitiesOf(explicit) === "bold 0 2", explicit);
  const bad = await refusal(() => api.sendMessage(person.id, "1.5", { parse_mode: "MarkdownV2" }));
  check("a bad MarkdownV2 is told where", bad.endsWith("Character '.' is reserved and must be escaped with the preceding '\\'"), bad);
  const edited = await api.editMessageText(person.id, sent.message_id, "new", {
    reply_markup: { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] },
  });
  check("edit", edited.text === "new" && edited.reply_markup.inline_keyboard[0][0].callback_data === "go", edited);
  const bare = await api.editMessageReplyMarkup(person.id, sent.message_id);
  check("edit of the buttons alone", bare.text === "new" && bare.reply_markup === undefined, bare);
  const copied = await api.copyMessage(person.id, person.id, sent.message_id);
  check("copy", copied.message_id > sent.message_id, copied);
  check("delete", await api.deleteMessage(person.id, sent.message_id));
}

async function files(api, person) {
  const image = picture(640, 480);
  const sent = await api.sendPhoto(person.id, new InputFile(image, "a.png"), { caption: FORMATS.HTML, parse_mode: "HTML" });
  check("photo by upload", sent.photo.map((size) => size.width).join() === "320,640", sent);
  check("caption", sent.caption === PLAIN && entitiesOf(sent) === ENTITIES, sent);
  const id = sent.photo.at(-1).file_id;
  const again = await api.sendPhoto(person.id, id);
  check("photo by id", again.photo.at(-1).file_unique_id === sent.photo.at(-1).file_unique_id, again);
  const file = await api.getFile(id);
  const bytes = Buffer.from(await (await fetch(`${base}/file/bot${token}/${file.file_path}`)).arrayBuffer());
  check("download", bytes.equals(image), file);
  const edited = await api.editMessageCaption(person.id, sent.message_id, { caption: "new" });
  check("edit of a caption", edited.caption === "new" && edited.photo, edited);
  const document = await api.sendDocument(person.id, new InputFile(Buffer.from("价格\n"), "prices.txt"));
  check("document", document.document.file_name === "prices.txt", document);
  const video = await api.sendVideo(person.id, new InputFile(Buffer.from("\0\0\0\x18ftypmp42"), "v.mp4"), { duration: 3 });
  check("video", video.video.duration === 3, video);
  const album = await api.sendMediaGroup(person.id, [
    InputMediaBuilder.photo(new InputFile(picture(80, 60), "1.png"), { caption: "1" }), InputMediaBuilder.photo(id),
  ]);
  check("album by upload and by id", new Set(album.map((one) => one.media_group_id)).size === 1 && album.length === 2, album);
}

// grammY's own webhook handler answers; what it hands to the bot is what counts.
async function updates(bot, person) {
  const seen = [];
  bot.on("message", (context) => { seen.push(context.message); });
  bot.catch((error) => check("handling", false, String(error)));
  const server = createServer(webhookCallback(bot, "http", { secretToken: SECRET })).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  check("webhook set", await bot.api.setWebhook(`http://127.0.0.1:${server.address().port}/hook`, { secret_token: SECRET }));
  const conflict = await refusal(() => bot.api.getUpdates());
  check("409 while a webhook is set", conflict.startsWith("409 Conflict: can't use getUpdates"), conflict);
  await act(person, "write", { text: "pushed" });
  const until = Date.now() + 20_000;
  while (!seen.some((message) => message.text === "pushed") && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  check("pushed to its webhook handler", seen.some((message) => message.from.id === person.id), seen);
  const info = await bot.api.getWebhookInfo();
  check("no push failed", info.last_error_message === undefined, info);
  check("webhook deleted", await bot.api.deleteWebhook({ drop_pending_updates: true }));
  server.close();
  // Nothing comes while two wait: only polls are asked for.
  await bot.api.getUpdates({ allowed_updates: ["poll"] });
  await bot.api.deleteWebhook({ drop_pending_updates: true });
  const first = refusal(() => bot.api.getUpdates({ timeout: 20 }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  await bot.api.getUpdates({ timeout: 0 });
  await bot.api.getUpdates({ allowed_updates: [] });
  check("409 for the earlier of two pollers", (await first).startsWith("409 Conflict: terminated by other getUpdates"), await first);
}

async function waited(api, person) {
  let [sent, waits] = [0, 0];
  while (sent < 12) {
    try {
      await api.sendMessage(person.id, `burst ${sent}`);
      sent += 1;
    } catch (error) {
      if (!(error instanceof GrammyError) || error.error_code !== 429) throw error;
      waits += 1;
      await new Promise((resolve) => setTimeout(resolve, error.parameters.retry_after * 1000));
    }
  }
  check("429 is waited out", waits >= 1 && waits <= 6, waits);
}

const bot = new Bot(token, { client: { apiRoot: base } });
await bot.init();
await bot.api.deleteWebhook({ drop_pending_updates: true });
for (const [name, part] of Object.entries({ formats, files, updates, waited })) {
  try {
    await part(name === "updates" ? bot : bot.api, await nextPerson());
  } catch (error) {
    check(name, false, String(error));
  }
}
const person = await nextPerson();
check("getChat", (await bot.api.getChat(person.id)).first_name === person.first_name);
check("setMyCommands", await bot.api.setMyCommands([{ command: "menu", description: "The menu" }]));
check("getMyCommands", (await bot.api.getMyCommands())[0].command === "menu");
console.log(`grammY: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
