"use strict";
// The phone shows one person's chat and acts as that person. Everything that people or the bot
// wrote enters the page as text nodes.

const byId = (id) => document.getElementById(id);
const COLOURS = ["#d1606b", "#cf8a3c", "#8a6fd1", "#4f9b5f", "#3c97a8", "#4a80c4", "#c4598f"];
const POLL_MS = 900;
const PEOPLE_MAX = 60;

let chosen = null;
let shownChat = "";
let answeredAt = null;

function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function nameOf(person) {
  return [person.first_name, person.last_name].filter(Boolean).join(" ");
}

function paintFace(face, person) {
  face.textContent = [...person.first_name.replace(/^[^\p{L}]+/u, "")][0] || "?";
  face.style.backgroundColor = COLOURS[person.id % COLOURS.length];
}

function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 3500);
}

// ---- people ----

async function loadPeople() {
  const query = new URLSearchParams({ search: byId("search").value.trim(), limit: PEOPLE_MAX });
  const answer = await fetch("sandbox/people?" + query);
  const people = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  byId("list").replaceChildren(...people.map(personRow));
}

function personRow(person) {
  const button = make("button");
  button.type = "button";
  button.dataset.id = person.id;
  button.setAttribute("aria-current", String(person.id === chosen));
  const face = make("span", "", "face");
  paintFace(face, person);
  const middle = make("div");
  middle.append(make("strong", nameOf(person)), make("span", describe(person), "faint"));
  button.append(face, middle);
  if (person.is_deactivated) button.append(make("span", "deleted", "badge warn"));
  else if (person.is_blocking) button.append(make("span", "blocking", "badge warn"));
  else if (!person.has_started) button.append(make("span", "not started", "badge"));
  button.addEventListener("click", () => choose(person.id));
  const row = make("li");
  row.append(button);
  return row;
}

function describe(person) {
  const loved = Object.entries(person.interests).filter(([, weight]) => weight >= 0.5)
    .sort((a, b) => b[1] - a[1]).map(([topic]) => topic);
  return [person.language_code || "no language", ...loved].join(" · ");
}

function choose(id) {
  chosen = id;
  shownChat = "";
  answeredAt = null;
  byId("phone").classList.add("open");
  for (const button of byId("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(Number(button.dataset.id) === id));
  }
  history.replaceState(null, "", "#" + id);
  loadChat();
}

// ---- chat ----

async function loadChat() {
  if (chosen === null) return;
  const id = chosen;
  const answer = await fetch(`sandbox/people/${id}/chat`);
  const body = await answer.text();
  if (!answer.ok || id !== chosen || body === shownChat) return;
  const isFirst = shownChat === "";
  shownChat = body;
  showChat(JSON.parse(body), isFirst);
}

function showChat(chat, isFirst) {
  const person = chat.person;
  byId("name").textContent = nameOf(person) + (person.is_premium ? " ⭐" : "");
  byId("about").textContent = [person.username && "@" + person.username, describe(person), person.time_zone]
    .filter(Boolean).join(" · ");
  paintFace(byId("face"), person);
  const list = byId("messages");
  const atEnd = isFirst || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const rows = [];
  let day = "";
  let album;
  for (const message of chat.messages) {
    const date = new Date(message.date * 1000);
    const label = date.toLocaleDateString(undefined, { day: "numeric", month: "long" });
    if (label !== day) rows.push(make("li", label, "day"));
    day = label;
    const row = messageRow(message, date);
    // The pictures of one album stand close together.
    if (message.media_group_id && message.media_group_id === album) row.classList.add("album");
    album = message.media_group_id;
    rows.push(row);
  }
  list.replaceChildren(...rows);
  if (atEnd) list.scrollTop = list.scrollHeight;
  showControls(chat);
  showAnswers(chat.answers, isFirst);
}

function showControls(chat) {
  const person = chat.person;
  const canWrite = person.has_started && !person.is_blocking && !person.is_deactivated;
  byId("empty").hidden = chat.messages.length > 0;
  byId("empty").textContent = person.is_deactivated ? "This account is deleted." : "No messages yet. Press Start.";
  byId("write").hidden = !canWrite;
  byId("start").hidden = canWrite || person.is_deactivated;
  byId("block").hidden = !person.has_started || person.is_deactivated;
  byId("block").textContent = person.is_blocking ? "Unblock" : "Block";
  const keyboard = byId("keyboard");
  keyboard.hidden = !canWrite || chat.reply_keyboard.length === 0;
  keyboard.replaceChildren(...chat.reply_keyboard.map((row) => {
    const line = make("div");
    line.append(...row.map((text) => {
      const button = make("button", text);
      button.type = "button";
      button.addEventListener("click", () => act("write", { text }));
      return button;
    }));
    return line;
  }));
}

function showAnswers(answers, isFirst) {
  const latest = answers[answers.length - 1];
  const mark = latest ? latest.callback_id + latest.at_ms : "";
  if (!isFirst && latest && mark !== answeredAt && latest.text) toast(latest.text);
  answeredAt = mark;
}

function messageRow(message, date) {
  const row = make("li", undefined, message.from.is_bot ? "" : "own");
  const bubble = make("div", undefined, "bubble");
  bubble.dir = "auto";
  if (message.reply_to_message) bubble.append(make("div", message.reply_to_message.text || message.reply_to_message.caption || "…", "quote"));
  if (message.photo || message.video || message.document) bubble.append(fileNode(message));
  if (message.invoice) {
    bubble.append(make("strong", message.invoice.title), make("p", message.invoice.description));
  } else if (message.successful_payment) {
    const payment = message.successful_payment;
    const amount = payment.currency === "XTR" ? `${payment.total_amount} ⭐` : `${payment.total_amount / 100} ${payment.currency}`;
    bubble.append(make("em", `Paid ${amount}`));
  } else {
    const text = message.text ?? message.caption ?? "";
    bubble.append(...rendered(text, message.entities || message.caption_entities || [], message));
  }
  const clock = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const time = make("time", (message.edit_date ? "edited " : "") + clock);
  time.dateTime = date.toISOString();
  bubble.append(time);
  row.append(bubble);
  if (message.reply_markup) row.append(buttonRows(message));
  return row;
}

function fileNode(message) {
  const file = message.photo ? message.photo[message.photo.length - 1] : message.video || message.document;
  const address = "sandbox/files/" + encodeURIComponent(file.file_id);
  if (message.photo) {
    const image = make("img");
    image.src = address;
    image.alt = message.caption || "Photo";
    image.width = file.width;
    image.height = file.height;
    return image;
  }
  if (message.video) {
    const video = make("video");
    video.src = address;
    video.controls = true;
    return video;
  }
  const node = make("a", "📄 " + (file.file_name || "Document"), "file");
  node.href = address;
  node.download = file.file_name || "document";
  return node;
}

function buttonRows(message) {
  const rows = make("div", undefined, "rows");
  for (const buttons of message.reply_markup.inline_keyboard) {
    const line = make("div");
    for (const button of buttons) {
      const node = make("button", button.text, button.url ? "link" : "");
      node.type = "button";
      node.dir = "auto";
      node.addEventListener("click", () => {
        if (button.url) follow(message.message_id, button.url);
        else if (button.callback_data) act("press", { message_id: message.message_id, data: button.callback_data });
        else if (button.pay && message.invoice) act("pay", { message_id: message.message_id });
        else toast("This kind of button does nothing in the sandbox.");
      });
      line.append(node);
    }
    rows.append(line);
  }
  return rows;
}

// ---- text with entities: offsets are UTF-16 code units, as JavaScript's are ----

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span", custom_emoji: "span",
};

function rendered(text, entities, message, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    // Styles may cross; what was drawn already is not drawn again.
    const start = Math.max(entity.offset, at);
    const inner = [];
    index += 1;
    while (index < entities.length && entities[index].offset < end) inner.push(entities[index++]);
    if (start >= end) continue;
    if (start > at) nodes.push(document.createTextNode(text.slice(at, start)));
    const node = entityNode(entity, text.slice(entity.offset, end), message);
    node.append(...rendered(text, inner, message, start, end));
    nodes.push(node);
    at = end;
  }
  if (at < to) nodes.push(document.createTextNode(text.slice(at, to)));
  return nodes;
}

function entityNode(entity, part, message) {
  if (entity.type === "bot_command") return link(() => act("write", { text: part }));
  if (entity.type === "url") return link(() => follow(message.message_id, part));
  if (entity.type === "text_link") {
    const node = link(() => follow(message.message_id, entity.url));
    node.title = entity.url;
    return node;
  }
  if (["mention", "text_mention", "hashtag", "cashtag", "email"].includes(entity.type)) return make("a");
  const node = make(TAGS[entity.type] || "span");
  if (entity.type === "spoiler") {
    node.className = "spoiler";
    node.tabIndex = 0;
  }
  return node;
}

function link(onClick) {
  const node = make("a");
  node.tabIndex = 0;
  node.setAttribute("role", "link");
  node.addEventListener("click", onClick);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") onClick(); });
  return node;
}

// ---- acting ----

async function act(name, body) {
  const answer = await fetch(`sandbox/people/${chosen}/${name}`, { method: "POST", body: JSON.stringify(body || {}) });
  const result = await answer.json();
  if (!answer.ok) toast(result.error);
  await loadChat();
  return answer.ok;
}

async function follow(messageId, url) {
  // The sandbox itself visits the link, as this person's browser would.
  if (await act("follow", { message_id: messageId, url })) toast("Opened " + url);
}

byId("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value;
  if (text.trim() && await act("write", { text })) byId("text").value = "";
});
byId("attach").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", async () => {
  const file = byId("file").files[0];
  byId("file").value = "";
  if (!file || chosen === null) return;
  const kind = ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(file.type) ? "photo" : "document";
  const query = new URLSearchParams({ kind, name: file.name, caption: byId("text").value });
  const answer = await fetch(`sandbox/people/${chosen}/send?` + query, { method: "POST", body: file });
  const result = await answer.json();
  if (answer.ok) byId("text").value = "";
  else toast(result.error);
  await loadChat();
});
byId("start").addEventListener("submit", (event) => {
  event.preventDefault();
  act("start", { payload: byId("payload").value.trim() || null });
});
byId("again").addEventListener("click", () => act("start"));
byId("block").addEventListener("click", async () => {
  await act(byId("block").textContent === "Block" ? "block" : "unblock");
  loadPeople();
});
byId("back").addEventListener("click", () => {
  byId("phone").classList.remove("open");
  loadPeople();
});
byId("search").addEventListener("input", () => {
  clearTimeout(loadPeople.timer);
  loadPeople.timer = setTimeout(loadPeople, 150);
});

async function begin() {
  const state = await (await fetch("sandbox/state")).json();
  document.title = `${state.bot.name} · sandbox phone`;
  byId("world").textContent = `${state.met.toLocaleString()} people have met @${state.bot.username}`;
  await loadPeople();
  const wanted = Number(location.hash.slice(1));
  if (wanted) choose(wanted);
  setInterval(loadChat, POLL_MS);
}

begin();
