//! What people care about, and the words by which a text is about it.

/// How many topics there are.
pub const TOPICS: usize = 8;

/// A topic with the words that name it, lower-cased, in every language of the people.
pub struct Topic {
    pub name: &'static str,
    pub words: &'static [&'static str],
}

/// The topics; a person has one weight for each.
pub const ALL: [Topic; TOPICS] = [
    Topic {
        name: "tech",
        words: &[
            "tech",
            "gadget",
            "software",
            "computer",
            "科技",
            "技术",
            "数码",
            "电脑",
            "tecnolog",
            "teknoloji",
            "technik",
            "تقنية",
            "تكنولوجيا",
            "🤖",
            "💻",
        ],
    },
    Topic {
        name: "finance",
        words: &[
            "finance",
            "invest",
            "stock",
            "bank",
            "crypto",
            "金融",
            "财经",
            "理财",
            "股票",
            "finanz",
            "finans",
            "finanç",
            "inversi",
            "yatırım",
            "مالية",
            "استثمار",
            "💰",
            "📈",
        ],
    },
    Topic {
        name: "travel",
        words: &[
            "travel", "flight", "hotel", "holiday", "旅行", "旅游", "酒店", "viaje", "viagem", "viagens",
            "seyahat", "reise", "سفر", "✈",
        ],
    },
    Topic {
        name: "sport",
        words: &[
            "sport",
            "football",
            "fitness",
            "running",
            "体育",
            "运动",
            "健身",
            "足球",
            "deporte",
            "esporte",
            "fútbol",
            "futebol",
            "spor",
            "futbol",
            "رياضة",
            "⚽",
            "🏃",
        ],
    },
    Topic {
        name: "fashion",
        words: &[
            "fashion",
            "style",
            "dress",
            "shoes",
            "时尚",
            "穿搭",
            "服装",
            "moda",
            "mode",
            "أزياء",
            "موضة",
            "👗",
            "👟",
        ],
    },
    Topic {
        name: "food",
        words: &[
            "food",
            "recipe",
            "restaurant",
            "coffee",
            "美食",
            "餐厅",
            "咖啡",
            "comida",
            "receta",
            "receita",
            "yemek",
            "essen",
            "rezept",
            "طعام",
            "وصفة",
            "🍜",
            "🍕",
        ],
    },
    Topic {
        name: "games",
        words: &[
            "game",
            "gaming",
            "esports",
            "游戏",
            "电竞",
            "juego",
            "jogo",
            "oyun",
            "spiele",
            "ألعاب",
            "🎮",
        ],
    },
    Topic {
        name: "education",
        words: &[
            "course",
            "learn",
            "education",
            "english class",
            "教育",
            "课程",
            "学习",
            "curso",
            "educaci",
            "educaç",
            "eğitim",
            "kurs",
            "bildung",
            "تعليم",
            "دورة",
            "📚",
            "🎓",
        ],
    },
];

/// The topics that a text names, one bit each.
///
/// Latin words count only at the start of a word, so that a "bank" is not found in "embankment";
/// scripts without spaces are searched anywhere.
pub fn named_in(text: &str) -> u8 {
    let lower = text.to_lowercase();
    let mut named = 0;
    for (index, topic) in ALL.iter().enumerate() {
        if topic.words.iter().any(|word| names(&lower, word)) {
            named |= 1 << index;
        }
    }
    named
}

fn names(lower: &str, word: &str) -> bool {
    let Some(first) = word.chars().next() else { return false };
    let anywhere = !first.is_ascii_alphabetic();
    lower
        .match_indices(word)
        .any(|(at, _)| anywhere || !lower[..at].chars().next_back().is_some_and(char::is_alphabetic))
}

/// The index of a topic by its name.
#[cfg(test)]
pub fn index_of(name: &str) -> usize {
    ALL.iter().position(|topic| topic.name == name).expect("a topic of the table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_topics_in_every_language() {
        for (text, names) in [
            ("新品上市：科技与金融", vec!["tech", "finance"]),
            ("Our Travel deals", vec!["travel"]),
            ("Hoteles y viajes", vec!["travel"]),
            ("Spor haberleri", vec!["sport"]),
            ("the embankment", vec![]),
            ("兴趣-科技", vec!["tech"]),
            ("Hello there", vec![]),
        ] {
            let want: u8 = names.iter().map(|name| 1 << index_of(name)).sum();
            assert_eq!(named_in(text), want, "{text}");
        }
    }
}
