//! Who opens an address: a person's browser, or a program that looks before the person does.

use std::sync::LazyLock;

/// Who opened an address, as far as the request tells.
/// The numbers are those of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::FromRepr)]
#[repr(u8)]
pub enum Visitor {
    /// A browser, as far as it says.
    Person = 0,
    /// A messenger or a network that fetches a preview of the page, or a browser that fetches it before it is asked for.
    Previewer = 1,
    /// A search engine or another program that walks the web.
    Crawler = 2,
    /// Somebody who asked for the headers alone.
    Head = 3,
}

/// What a request tells of who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asking<'a> {
    pub is_head: bool,
    /// A browser fetches the page before the person asks for it: see [`looks_ahead`].
    pub is_ahead: bool,
    /// What the client calls itself.
    pub user_agent: &'a str,
}

/// Whether the value of a header `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz` says that nobody has asked for the page
/// yet.
pub fn looks_ahead(purpose: &str) -> bool {
    let purpose = purpose.to_ascii_lowercase();
    ["prefetch", "prerender", "preview"].iter().any(|word| purpose.contains(word))
}

/// How browsers of people begin; the last ones are of telephones of long ago.
const BROWSERS: [&str; 6] = ["mozilla/", "opera/", "ucweb/", "nokia", "blackberry", "samsung"];

/// Telephones by this maker have "bot" in their name.
const NOT_A_BOT: &str = "cubot";

/// The kept list.
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| Programs::read(include_str!("programs.txt")));

struct Programs {
    previewers: Vec<&'static str>,
    programs: Vec<&'static str>,
    endings: Vec<&'static str>,
}

impl Programs {
    fn read(list: &'static str) -> Self {
        let mut read = Self { previewers: Vec::new(), programs: Vec::new(), endings: Vec::new() };
        for (kind, name) in list.lines().filter_map(|line| line.trim_end().split_once(' ')) {
            match kind {
                "previewer" => read.previewers.push(name),
                "program" => read.programs.push(name),
                "ending" => read.endings.push(name),
                _ => {}
            }
        }
        read
    }

    fn has_ending(&self, name: &str) -> bool {
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|word| *word != NOT_A_BOT).any(|word| self.endings.iter().any(|end| word.ends_with(end)))
    }
}

/// Whether a name is one that no browser gives itself: it begins otherwise, or says whose program it is.
fn is_no_browser(name: &str) -> bool {
    let is_mailbox = |at: usize| name[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    !BROWSERS.iter().any(|begin| name.starts_with(begin))
        || ["http://", "https://", "www."].iter().any(|address| name.contains(address))
        || name.match_indices('@').any(|(at, _)| is_mailbox(at))
        || (name.contains("compatible;") && !name.contains("msie"))
}

impl Visitor {
    /// Who asks. A client without a name is no browser.
    pub fn of(asking: Asking<'_>) -> Self {
        let name = asking.user_agent.trim().to_lowercase();
        let holds = |names: &[&str]| names.iter().any(|known| name.contains(known));
        if holds(&PROGRAMS.previewers) {
            Self::Previewer
        } else if is_no_browser(&name) || PROGRAMS.has_ending(&name) || holds(&PROGRAMS.programs) {
            Self::Crawler
        } else if asking.is_ahead {
            Self::Previewer
        } else if asking.is_head {
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

    fn visitor(is_head: bool, user_agent: &str) -> Visitor {
        Visitor::of(Asking { is_head, is_ahead: false, user_agent })
    }

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
            assert_eq!(visitor(false, previewer), Visitor::Previewer, "{previewer}");
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
            assert_eq!(visitor(false, crawler), Visitor::Crawler, "{crawler}");
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
            assert_eq!(visitor(false, person), Visitor::Person, "{person}");
            assert_eq!(visitor(true, person), Visitor::Head, "{person}");
        }
        assert_eq!(visitor(true, "Twitterbot/1.0"), Visitor::Previewer);
    }

    #[test]
    fn programs_are_told_by_what_no_browser_says_of_itself() {
        for program in [
            "python-httpx/0.27.0",
            "Apache-HttpClient/4.5.14 (Java/17.0.9)",
            "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
            "Mozilla/5.0 (compatible; Miniflux/2.2.1; +https://miniflux.app)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.0.0 Safari/537.36 GTmetrix",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/139.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 CookieHubScan/3.0",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0 Safari/537.36 team@example.org",
        ] {
            assert_eq!(visitor(false, program), Visitor::Crawler, "{program}");
        }
        for person in [
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36 (Ecosia android@150.0.0.0)",
            "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
            "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; en) Presto/2.12 Version/12.16",
            "Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 Instagram 400.0.0.0",
        ] {
            assert_eq!(visitor(false, person), Visitor::Person, "{person}");
        }
    }

    #[test]
    fn who_looks_ahead_is_counted_apart() {
        let user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        for purpose in
            ["prefetch", "prefetch;prerender", "Prefetch;anonymous-client-ip", "preview", "prerender"]
        {
            assert!(looks_ahead(purpose), "{purpose}");
        }
        assert!(!looks_ahead("") && !looks_ahead("navigate"));
        let asking = Asking { is_head: false, is_ahead: true, user_agent };
        assert_eq!(Visitor::of(asking), Visitor::Previewer);
        let program = Asking { user_agent: "curl/8.5.0", ..asking };
        assert_eq!(Visitor::of(program), Visitor::Crawler);
    }

    #[test]
    fn the_kept_list_can_be_read_and_says_its_date() {
        let list = include_str!("programs.txt");
        let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let known = PROGRAMS.previewers.len() + PROGRAMS.programs.len() + PROGRAMS.endings.len();
        assert_eq!(lines.clone().count(), known);
        assert!(lines.clone().all(|line| line.to_lowercase() == line), "names are in small letters");
        assert!(list.lines().next().unwrap().contains("2026-"));
    }
}
