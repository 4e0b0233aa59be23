//! What people write, in their languages.

/// Texts of one language.
pub struct Phrases {
    language: &'static str,
    /// About nothing in particular.
    pub small_talk: &'static [&'static str],
    /// With `{}` for a topic's word.
    pub about_topic: &'static [&'static str],
    /// Words for the topics, in the order of the topics.
    pub topics: [&'static str; crate::interests::TOPICS],
    /// For a human.
    pub ask_human: &'static [&'static str],
}

/// The command that ends bulk messages.
pub const OPT_OUT: &str = "/stop";

/// Commands that people try.
pub const COMMANDS: &[&str] = &["/menu", "/help", "/menu", "/settings"];

const ALL: &[Phrases] = &[
    Phrases {
        language: "en",
        small_talk: &["Hi there", "Thanks!", "ok", "👍", "What's new?", "Cool", "Can I change this later?"],
        about_topic: &[
            "Anything new about {}?",
            "Do you have {} offers today?",
            "I like {}",
            "More {} please 🙂",
        ],
        topics: ["tech", "investing", "travel", "sport", "fashion", "food", "games", "courses"],
        ask_human: &[
            "I need help from an agent",
            "Can I talk to a human?",
            "help",
            "My order has not arrived, agent please",
        ],
    },
    Phrases {
        language: "zh",
        small_talk: &["你好", "谢谢", "好的", "👍", "有什么新消息吗？", "不错", "以后可以改吗？"],
        about_topic: &["最近有{}的内容吗？", "今天有{}优惠吗？", "我喜欢{}", "多发点{}吧"],
        topics: ["科技", "金融", "旅行", "体育", "时尚", "美食", "游戏", "课程"],
        ask_human: &["转人工", "人工客服在吗？", "我需要人工帮助", "订单还没到，找人工"],
    },
    Phrases {
        language: "es",
        small_talk: &["Hola", "¡Gracias!", "vale", "👍", "¿Qué hay de nuevo?", "Genial"],
        about_topic: &["¿Algo nuevo sobre {}?", "¿Hay ofertas de {} hoy?", "Me gusta {}"],
        topics: ["tecnología", "finanzas", "viajes", "deporte", "moda", "comida", "juegos", "cursos"],
        ask_human: &["Quiero hablar con un agente", "Necesito ayuda de una persona", "agente por favor"],
    },
    Phrases {
        language: "pt",
        small_talk: &["Oi", "Obrigada!", "beleza", "👍", "Alguma novidade?", "Legal"],
        about_topic: &["Tem novidade sobre {}?", "Tem oferta de {} hoje?", "Gosto de {}"],
        topics: ["tecnologia", "finanças", "viagens", "esporte", "moda", "comida", "jogos", "cursos"],
        ask_human: &[
            "Quero falar com um atendente, agent",
            "Preciso de ajuda humana, help",
            "atendente por favor",
        ],
    },
    Phrases {
        language: "tr",
        small_talk: &["Merhaba", "Teşekkürler!", "tamam", "👍", "Yeni ne var?", "Güzel"],
        about_topic: &["{} hakkında yeni bir şey var mı?", "Bugün {} fırsatı var mı?", "{} seviyorum"],
        topics: ["teknoloji", "finans", "seyahat", "spor", "moda", "yemek", "oyun", "eğitim"],
        ask_human: &["Bir temsilciyle görüşmek istiyorum", "Yardım lazım, agent", "insan lütfen"],
    },
    Phrases {
        language: "de",
        small_talk: &["Hallo", "Danke!", "ok", "👍", "Was gibt es Neues?", "Schön"],
        about_topic: &["Gibt es Neues zu {}?", "Habt ihr heute Angebote zu {}?", "Ich mag {}"],
        topics: ["Technik", "Finanzen", "Reisen", "Sport", "Mode", "Essen", "Spiele", "Kurse"],
        ask_human: &["Ich möchte mit einem Menschen sprechen", "Ich brauche Hilfe, agent", "help bitte"],
    },
    Phrases {
        language: "ar",
        small_talk: &["مرحبا", "شكرا!", "حسنا", "👍", "ما الجديد؟", "جميل"],
        about_topic: &["هل هناك جديد عن {}؟", "هل لديكم عروض {} اليوم؟", "أحب {}"],
        topics: ["تقنية", "استثمار", "سفر", "رياضة", "موضة", "طعام", "ألعاب", "تعليم"],
        ask_human: &["أريد التحدث مع موظف agent", "أحتاج مساعدة help", "أريد شخصا من فضلك"],
    },
];

/// The texts of a language; English where there are none.
pub fn of(language: &str) -> &'static Phrases {
    ALL.iter().find(|phrases| phrases.language == language).unwrap_or(&ALL[0])
}

/// Whether a text offers a human.
pub fn offers_human(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["agent", "human", "support", "help", "人工", "客服", "soporte", "suporte", "destek", "mensch", "دعم"]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interests;

    #[test]
    fn every_topic_word_names_its_topic() {
        for phrases in ALL {
            for (index, word) in phrases.topics.iter().enumerate() {
                let named = interests::named_in(&phrases.about_topic[0].replace("{}", word));
                assert_eq!(named, 1 << index, "{} {word}", phrases.language);
            }
        }
    }

    #[test]
    fn every_culture_has_words() {
        for culture in crate::names::CULTURES {
            assert_eq!(of(culture.language).language, culture.language);
        }
    }
}
