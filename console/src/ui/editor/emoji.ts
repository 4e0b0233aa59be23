/** The emoji that messages use most, by kind. Every system has a list of all of them; this one is at hand. */
const groups = {
  faces:
    '😀 😃 😄 😁 😅 😂 🤣 😊 😇 🙂 😉 😍 🥰 😘 😋 😎 🤩 🥳 🤔 🤨 😐 🙄 😏 😴 🤤 😷 🤒 🤯 😱 😳 🥺 😢 😭 😤 😡 🤝',
  gestures: '👍 👎 👌 ✌️ 🤞 🤟 🤙 👋 🙌 👏 🙏 💪 👉 👈 👆 👇 ☝️ ✍️ 👀 🫶 🤗 🙋 🤷 💁',
  hearts: '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💖 💝 💯 ✨ ⭐ 🌟 🔥 ⚡ 💥 🎉 🎊 🎈 🎁 🏆 🥇',
  signs:
    '✅ ☑️ ✔️ ❌ ⚠️ ❗ ❓ ℹ️ 🔔 🔕 📌 📍 🔗 🔒 🔓 🔑 ➡️ ⬅️ ⬆️ ⬇️ 🆕 🆓 🆗 🔝 1️⃣ 2️⃣ 3️⃣ 4️⃣ 5️⃣ ▶️',
  things:
    '📢 📣 💬 📩 📧 📞 📱 💻 🖥️ 🎧 📷 🎬 📚 📖 📝 📅 ⏰ ⏳ 🕐 💡 🔍 📊 📈 📉 💰 💳 🧾 🛒 🛍️ 📦 🚚 🎟️ 🏷️ 🧩 🛠️ ⚙️',
  food: '☕ 🍵 🥤 🍺 🍷 🥂 🍰 🎂 🍪 🍫 🍕 🍔 🍣 🥗 🍎 🍓 🍉 🥑',
  nature: '☀️ 🌤️ 🌧️ ❄️ 🌈 🌊 🌱 🌸 🌹 🌻 🍀 🍁 🐶 🐱 🐼 🦊 🐣 🐝 🦋 🐟',
  travel: '🚀 ✈️ 🚗 🚲 🚆 🏠 🏢 🏪 🏖️ ⛰️ 🗺️ 🌍 🎡 ⚽ 🏀 🎾 🏃 🎮 🎵 🎨',
};

export type EmojiGroup = keyof typeof groups;
export const emojiGroups = (Object.keys(groups) as EmojiGroup[]).map((name) => ({
  name,
  emoji: groups[name].split(' '),
}));

const stored = 'muster.emoji';
const RECENT_MAX = 18;

/** Those that were taken last, latest first. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(stored) ?? '[]');
    return Array.isArray(kept)
      ? kept.filter((each): each is string => typeof each === 'string').slice(0, RECENT_MAX)
      : [];
  } catch {
    return [];
  }
}

export function rememberEmoji(emoji: string) {
  localStorage.setItem(
    stored,
    JSON.stringify([emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, RECENT_MAX)),
  );
}
