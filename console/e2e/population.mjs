/** 100,000 contacts as an import takes them, the same for the same seed. */

/** Numbers between 0 and 1 by seed (mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const given = [
  'Anna',
  '伟',
  'Mehmet',
  'Ольга',
  'José',
  '芳',
  'Priya',
  'Liam',
  'فاطمة',
  'Yuki',
  'Chloé',
  'Dmitri',
  '敏',
  'Amara',
  'Lucas',
  'נועה',
];
const family = [
  'Nguyễn',
  '王',
  'Petrov',
  'García',
  '李',
  'Smith',
  'Öztürk',
  'Kovač',
  '张',
  'Haddad',
  'Silva',
  '陈',
  'Müller',
  'Okafor',
  'Sato',
  'Cohen',
];
const languages = ['en', 'en', 'en', 'zh', 'zh', 'ru', 'es', 'tr', 'ar', 'de'];
const tags = [
  'Interest-Tech',
  'Interest-Travel',
  'Interest-Food',
  'Interest-Sports',
  'Newsletter',
  'Trial',
  'Beta',
  'Asked for price',
  'Coupon',
  '兴趣-科技',
  '兴趣-旅行',
  'VIP',
];
const sources = ['', '', 'fb-summer', 'partner-blog', 'qr-poster', 'youtube'];
const DAY_MS = 86_400_000;

/** The table, line by line. `people` are the sandbox's, who come first and can write. */
export function* csv(rows, people, seed = 7, now = Date.now()) {
  const next = dice(seed);
  const one = (from) => from[Math.floor(next() * from.length)];
  yield 'telegram_id,username,first_name,last_name,language,tags,source,first_seen,last_interaction,attr.plan';
  for (let row = 0; row < rows; row += 1) {
    const person = people[row];
    const id = person?.id ?? 9_000_000_000 + row;
    const first = person?.first_name ?? one(given);
    const last = person?.last_name ?? one(family);
    // Few have many tags, most have one or two.
    const own = [
      ...new Set(
        Array.from(
          { length: Math.floor(next() ** 3 * 8) },
          () => tags[Math.floor(next() ** 2 * tags.length)],
        ),
      ),
    ];
    const joined = now - Math.floor(next() * 400 * DAY_MS);
    const spoke =
      next() < 0.85
        ? new Date(joined + Math.floor(next() ** 0.4 * (now - joined))).toISOString()
        : '';
    const plan = next() < 0.2 ? one(['free', 'pro', 'team']) : '';
    yield [
      id,
      person?.username ?? (next() < 0.6 ? `user_${row}` : ''),
      first,
      last,
      one(languages),
      own.join(';'),
      one(sources),
      new Date(joined).toISOString(),
      spoke,
      plan,
    ]
      .map((cell) =>
        /[",\n]/.test(String(cell ?? ''))
          ? `"${String(cell).replaceAll('"', '""')}"`
          : (cell ?? ''),
      )
      .join(',');
  }
}
