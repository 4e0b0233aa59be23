//! What a browser tells about itself, in words that are the same for everybody.

use woothee::parser::Parser;

/// What is read from a browser's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Browser {
    pub name: Option<String>,
    pub os: Option<String>,
    /// `smartphone`, `pc`, `mobilephone` or `appliance`.
    pub device: Option<String>,
}

const UNKNOWN: &str = "UNKNOWN";

impl Browser {
    /// Reads a `User-Agent`.
    pub(super) fn read(user_agent: &str) -> Self {
        let Some(found) = Parser::new().parse(user_agent) else { return Self::default() };
        let known = |text: &str| (text != UNKNOWN && !text.is_empty()).then(|| text.to_owned());
        Self { name: known(found.name), os: known(os(found.os)), device: known(found.category) }
    }
}

/// One name for a system, whatever its version or the device it runs on.
fn os(name: &str) -> &str {
    match name {
        "iPhone" | "iPad" | "iPod" | "iOS" => "iOS",
        "Mac OSX" | "Mac OS Classic" => "macOS",
        "Windows Phone OS" => "Windows Phone",
        name if name.starts_with("Windows") => "Windows",
        name => name,
    }
}

/// The country that the first language of an `Accept-Language` names, if it names one: `pt-BR` is Brazil. Many
/// browsers are set to a language of elsewhere, so it is a guess.
pub(super) fn country(language: &str) -> Option<String> {
    let first = language.split([',', ';']).next()?.trim();
    let region = first.split('-').skip(1).find(|part| part.len() == 2)?;
    region.bytes().all(|byte| byte.is_ascii_alphabetic()).then(|| region.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_browsers_are_read() {
        for (agent, name, os, device) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome",
                "Windows",
                "pc",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari",
                "iOS",
                "smartphone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
                "Chrome",
                "Android",
                "smartphone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox",
                "Linux",
                "pc",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari",
                "macOS",
                "pc",
            ),
        ] {
            let read = Browser::read(agent);
            let told = (read.name.as_deref(), read.os.as_deref(), read.device.as_deref());
            assert_eq!(told, (Some(name), Some(os), Some(device)), "{agent}");
        }
        assert_eq!(Browser::read("something else"), Browser::default());
    }

    #[test]
    fn a_language_names_a_country_or_none() {
        assert_eq!(country("pt-BR,pt;q=0.9").as_deref(), Some("BR"));
        assert_eq!(country("zh-Hans-cn").as_deref(), Some("CN"));
        assert_eq!(country("es-419"), None);
        assert_eq!(country("en"), None);
        assert_eq!(country(""), None);
    }
}
