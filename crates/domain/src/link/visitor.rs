//! Who opens an address: a person's browser, or a program that looks before the person does.

/// Who opened an address, as far as the request tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visitor {
    /// A browser, as far as it says.
    Person,
    /// A messenger or a network that fetches a preview of the page.
    Previewer,
    /// A search engine or another program that walks the web.
    Crawler,
    /// Somebody who asked for the headers alone.
    Head,
}

/// Programs that preview a link which a person has written or received. Some of them also call themselves bots,
/// so they are looked for first.
const PREVIEWERS: [&str; 19] = [
    "telegrambot",
    "whatsapp",
    "facebookexternalhit",
    "facebookcatalog",
    "facebot",
    "meta-externalfetcher",
    "twitterbot",
    "slackbot",
    "slack-imgproxy",
    "discordbot",
    "linkedinbot",
    "skypeuripreview",
    "microsoftpreview",
    "vkshare",
    "viber",
    "snap url preview",
    "redditbot",
    "pinterestbot",
    "preview",
];

/// Walkers of the web, and the words by which others call themselves. Libraries that fetch by themselves count.
const CRAWLERS: [&str; 25] = [
    "bot/",
    "bot;",
    "bot)",
    "bot ",
    "bot-",
    "bot@",
    "bot,",
    "crawler",
    "spider",
    "slurp",
    "mediapartners",
    "google-",
    "googleother",
    "gptbot",
    "chatgpt-user",
    "bytespider",
    "headless",
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "go-http-client",
    "okhttp",
    "java/",
    "monitor",
];

/// Telephones by this maker have "bot" in their name.
const NOT_A_BOT: &str = "cubot";

impl Visitor {
    /// Who asks, by the method and by what the client calls itself. A client without a name is no browser.
    pub fn of(is_head: bool, user_agent: &str) -> Self {
        let name = user_agent.trim().to_lowercase().replace(NOT_A_BOT, "");
        let holds = |names: &[&str]| names.iter().any(|known| name.contains(known));
        if holds(&PREVIEWERS) {
            Self::Previewer
        } else if name.is_empty() || name.ends_with("bot") || holds(&CRAWLERS) {
            Self::Crawler
        } else if is_head {
            Self::Head
        } else {
            Self::Person
        }
    }

    /// A person, who counts.
    pub fn is_person(self) -> bool {
        self == Self::Person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previewers_and_crawlers_are_told_from_people() {
        for previewer in [
            "TelegramBot (like TwitterBot)",
            "WhatsApp/2.23.20.0",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        ] {
            assert_eq!(Visitor::of(false, previewer), Visitor::Previewer, "{previewer}");
        }
        for crawler in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
            "curl/8.5.0",
            "",
        ] {
            assert_eq!(Visitor::of(false, crawler), Visitor::Crawler, "{crawler}");
        }
    }

    #[test]
    fn people_are_people_whatever_their_telephone_is_called() {
        for person in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80 Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36 Telegram-Android/12.1",
        ] {
            assert_eq!(Visitor::of(false, person), Visitor::Person, "{person}");
            assert_eq!(Visitor::of(true, person), Visitor::Head, "{person}");
        }
        assert_eq!(Visitor::of(true, "Twitterbot/1.0"), Visitor::Previewer);
    }
}
