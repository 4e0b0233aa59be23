//! `/c/{token}`: a tracked link leads on. Previewers and `HEAD` are led on too, and leave no click.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::clicks::Clicks;

/// Telegram's own preview crawler, and the names by which others call themselves.
const CRAWLERS: [&str; 12] = [
    "telegrambot",
    "twitterbot",
    "facebookexternalhit",
    "whatsapp",
    "slackbot",
    "discordbot",
    "bot/",
    "bot;",
    "crawler",
    "spider",
    "preview",
    "headless",
];

/// Leads on, and remembers who went.
pub async fn follow(
    State(clicks): State<Clicks>,
    method: Method,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let Ok(target) = clicks.target(&token).await else {
        return (StatusCode::NOT_FOUND, "This link leads nowhere (any more).").into_response();
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if method != Method::HEAD && !is_crawler(agent) {
        // A person is led on even while the database fails.
        if let Err(error) = clicks.record(&target).await {
            tracing::error!(%error, "a click was not recorded");
        }
    }
    let to = [(header::LOCATION, target.url), (header::CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::FOUND, to).into_response()
}

fn is_crawler(user_agent: &str) -> bool {
    let folded = user_agent.to_lowercase();
    folded.is_empty() || CRAWLERS.iter().any(|name| folded.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlers_are_told_from_people() {
        for crawler in [
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1",
            "",
        ] {
            assert!(is_crawler(crawler), "{crawler}");
        }
        for person in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ] {
            assert!(!is_crawler(person), "{person}");
        }
    }
}
