//! What people are called, by language, and where they live.

use chrono_tz::Tz;

/// A language with its share of the people, their names and their time zones.
pub struct Culture {
    /// Two-letter code; the key of every text that people write.
    pub language: &'static str,
    /// What clients send as `language_code`.
    pub codes: &'static [&'static str],
    /// Share of the people; shares need not add up to one.
    pub share: f64,
    pub first: &'static [&'static str],
    pub last: &'static [&'static str],
    pub zones: &'static [Tz],
    /// Latin spellings for usernames.
    pub handles: &'static [&'static str],
}

/// Every language that people of the sandbox speak.
pub const CULTURES: &[Culture] = &[
    Culture {
        language: "en",
        codes: &["en", "en", "en-GB"],
        share: 0.30,
        first: &[
            "Alice", "Ben", "Chloe", "Daniel", "Emma", "Finn", "Grace", "Harry", "Isla", "Jack", "Kate",
            "Liam", "Mia", "Noah", "Olivia", "Peter", "Quinn", "Ruby", "Sam", "Tessa", "✨ Zoe", "Max 🚀",
        ],
        last: &[
            "Adams", "Brown", "Clark", "Evans", "Green", "Hughes", "Jones", "Miller", "Smith", "Taylor",
            "O'Neil",
        ],
        zones: &[Tz::America__New_York, Tz::Europe__London, Tz::America__Los_Angeles, Tz::Asia__Singapore],
        handles: &["alice", "ben", "chloe", "dan", "emma", "finn", "grace", "harry", "mia", "sam"],
    },
    Culture {
        language: "zh",
        codes: &["zh-hans", "zh-hans", "zh-hant"],
        share: 0.22,
        first: &[
            "伟",
            "芳",
            "娜",
            "敏",
            "静",
            "丽",
            "强",
            "磊",
            "军",
            "洋",
            "勇",
            "艳",
            "杰",
            "娟",
            "涛",
            "明",
            "超",
            "霞",
            "小雨",
            "子轩",
            "🌸 梓涵",
            "浩然",
        ],
        last: &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "欧阳"],
        zones: &[Tz::Asia__Shanghai, Tz::Asia__Hong_Kong, Tz::Asia__Taipei, Tz::Asia__Singapore],
        handles: &["xiaoyu", "wei", "fang", "lei", "jie", "haoran", "min", "tao", "yang", "ming"],
    },
    Culture {
        language: "es",
        codes: &["es", "es", "es-MX"],
        share: 0.14,
        first: &[
            "Alejandro",
            "Beatriz",
            "Carlos",
            "Daniela",
            "Elena",
            "Fernando",
            "Gabriela",
            "Hugo",
            "Inés",
            "Javier",
            "Lucía",
            "Martín",
            "Núria",
            "Óscar",
            "Paula",
            "Sofía 🌻",
        ],
        last: &["Álvarez", "Díaz", "Fernández", "García", "López", "Muñoz", "Pérez", "Rodríguez", "Sánchez"],
        zones: &[
            Tz::Europe__Madrid,
            Tz::America__Mexico_City,
            Tz::America__Bogota,
            Tz::America__Argentina__Buenos_Aires,
        ],
        handles: &["ale", "bea", "carlos", "dani", "elena", "gabi", "javi", "lucia", "paula"],
    },
    Culture {
        language: "pt",
        codes: &["pt-br", "pt-br", "pt"],
        share: 0.10,
        first: &[
            "Ana",
            "Bruno",
            "Camila",
            "Diego",
            "Eduarda",
            "Felipe",
            "Gabriel",
            "Helena",
            "João",
            "Larissa",
            "Mateus",
            "Rafaela",
            "Thiago",
            "Vitória ⚽",
        ],
        last: &[
            "Almeida",
            "Barbosa",
            "Carvalho",
            "Conceição",
            "Ferreira",
            "Oliveira",
            "Santos",
            "Silva",
            "Souza",
        ],
        zones: &[Tz::America__Sao_Paulo, Tz::America__Sao_Paulo, Tz::Europe__Lisbon],
        handles: &["ana", "bruno", "camila", "felipe", "gabi", "joao", "mateus", "rafa"],
    },
    Culture {
        language: "tr",
        codes: &["tr"],
        share: 0.09,
        first: &[
            "Ahmet", "Ayşe", "Burak", "Cansu", "Çağla", "Deniz", "Elif", "Emre", "Fatma", "Gökhan", "İrem",
            "Kerem", "Merve", "Özge", "Şeyma", "Yusuf",
        ],
        last: &["Aydın", "Çelik", "Demir", "Kaya", "Özdemir", "Şahin", "Yıldız", "Yılmaz"],
        zones: &[Tz::Europe__Istanbul],
        handles: &["ahmet", "burak", "cansu", "deniz", "elif", "emre", "kerem", "merve"],
    },
    Culture {
        language: "de",
        codes: &["de"],
        share: 0.08,
        first: &[
            "Anna", "Björn", "Claudia", "Dieter", "Eva", "Felix", "Greta", "Hannes", "Jürgen", "Käthe",
            "Lena", "Moritz", "Sören", "Ulrike",
        ],
        last: &["Bauer", "Fischer", "Hoffmann", "Krüger", "Müller", "Schäfer", "Schmidt", "Weiß"],
        zones: &[Tz::Europe__Berlin, Tz::Europe__Vienna, Tz::Europe__Zurich],
        handles: &["anna", "bjoern", "felix", "greta", "lena", "moritz"],
    },
    Culture {
        language: "ar",
        codes: &["ar"],
        share: 0.07,
        first: &[
            "أحمد",
            "فاطمة",
            "محمد",
            "ليلى",
            "عمر",
            "نور",
            "يوسف",
            "مريم",
            "خالد",
            "سارة",
            "حسن",
            "هدى",
            "⭐ ريم",
        ],
        last: &["المصري", "الحسن", "العلي", "حداد", "خوري", "ناصر"],
        zones: &[Tz::Africa__Cairo, Tz::Asia__Riyadh, Tz::Asia__Dubai],
        handles: &["ahmad", "fatima", "layla", "omar", "nour", "yousef"],
    },
];

/// Browsers of people who follow links.
pub const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

/// Shares of [`BROWSERS`], in the same order.
pub const BROWSER_SHARES: &[f64] = &[0.28, 0.30, 0.14, 0.16, 0.05, 0.07];

/// Programs that meet an address which lies about: previewers of messengers and networks, and crawlers.
pub const PASSERS_BY: &[&str] = &[
    PREVIEWER,
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
];

/// What Telegram's own preview crawler calls itself.
pub const PREVIEWER: &str = "TelegramBot (like TwitterBot)";
