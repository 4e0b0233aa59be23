//! The envelope around every answer of a Bot API.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Refusal, SendError, not_telegram};

#[derive(Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<u16>,
    description: Option<String>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<i64>,
}

/// Opens an answer: the result as it came, or what the failure proves.
///
/// A success of which nothing can be read is [`SendError::Unknown`]: the call may have been done. Only a failure of the
/// documented shape, with `error_code` and `description`, is Telegram's.
pub(crate) fn open(
    status: u16,
    retry_after_header_s: Option<i64>,
    body: &[u8],
) -> Result<Box<RawValue>, SendError> {
    // One text with broken bytes must not cost the other updates of its batch, for ever.
    let body_text = String::from_utf8_lossy(body);
    let envelope: Option<Envelope<'_>> = serde_json::from_str(&body_text).ok();
    let success = (200..300).contains(&status);
    match envelope {
        Some(Envelope { ok: true, result: Some(result), .. }) if success => Ok(result.to_owned()),
        Some(Envelope {
            ok: false,
            error_code: Some(code),
            description: Some(description),
            parameters,
            ..
        }) => {
            let told = parameters.and_then(|told| serde_json::from_str::<Parameters>(told.get()).ok());
            let retry_after_s = told.and_then(|told| told.retry_after);
            let refusal = Refusal { code, description: &description, retry_after_s, retry_after_header_s };
            Err(refusal.classify())
        }
        _ if success => Err(SendError::Unknown {
            reason: format!("an answer of {} bytes that cannot be read", body.len()),
        }),
        _ => Err(not_telegram(status, retry_after_header_s)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_result_comes_out_as_it_is() {
        let body = br#"{"ok":true,"result":{"message_id": 5 ,"new":[1]},"description":"x"}"#;
        assert_eq!(open(200, None, body).unwrap().get(), r#"{"message_id": 5 ,"new":[1]}"#);
    }

    #[test]
    fn a_text_with_broken_bytes_does_not_cost_the_others() {
        let body = b"{\"ok\":true,\"result\":[{\"text\":\"a\"},{\"text\":\"b\xff\"}]}";
        assert_eq!(open(200, None, body).unwrap().get(), "[{\"text\":\"a\"},{\"text\":\"b\u{fffd}\"}]");
    }

    #[test]
    fn what_cannot_be_read_proves_nothing() {
        for body in [&b"<html>"[..], b"", b"{\"ok\":true}", b"\xff\xfe", b"null", b"{\"ok\":\"yes\"}"] {
            assert!(matches!(open(200, None, body), Err(SendError::Unknown { .. })), "{body:?}");
            assert!(matches!(open(502, None, body), Err(SendError::Unknown { .. })), "{body:?}");
            let wait = SendError::NotTelegram { status: 429, wait_s: Some(7) };
            assert_eq!(open(429, Some(7), body).unwrap_err(), wait, "{body:?}");
        }
    }

    /// JSON of a gateway, and Telegram's own with a part missing.
    #[test]
    fn only_the_documented_shape_is_telegram_s_word() {
        for body in [
            r#"{"message":"no Route matched with those values"}"#,
            r#"{"ok":false}"#,
            r#"{"ok":false,"error":"Forbidden: bot was blocked by the user"}"#,
            r#"{"ok":false,"error_code":403}"#,
            r#"{"ok":false,"description":"Unauthorized"}"#,
            "<html><title>404 Not Found</title></html>",
        ] {
            for status in [302, 401, 403, 404, 407, 413] {
                let answer = open(status, None, body.as_bytes()).unwrap_err();
                assert_eq!(answer, SendError::NotTelegram { status, wait_s: None }, "{body}");
            }
        }
        let odd = br#"{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated","parameters":[]}"#;
        assert!(matches!(open(403, None, odd), Err(SendError::Unreachable { .. })));
    }

    #[test]
    fn the_code_in_the_body_counts() {
        let body = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 9",
                        "parameters":{"retry_after":9}}"#;
        assert_eq!(open(200, None, body).unwrap_err(), SendError::RetryAfter { seconds: 9 });
    }

    proptest! {
        /// Whatever a server says: no panic, and never a success that was not told in full.
        #[test]
        fn no_answer_breaks_the_envelope(
            status in 100_u16..600, wait in prop::option::of(-5_i64..99), code in any::<u16>(),
            wild in prop::collection::vec(any::<u8>(), 0..40), words in "\\PC{0,20}",
        ) {
            prop_assert!(open(status, wait, &wild).is_err());
            let body = serde_json::json!({"ok": false, "error_code": code, "description": words}).to_string();
            prop_assert!(open(status, wait, body.as_bytes()).is_err());
            prop_assert!(open(status, wait, &body.as_bytes()[..body.len() / 2]).is_err());
            let success = br#"{"ok":true,"result":1}"#;
            prop_assert_eq!(open(status, wait, success).is_ok(), (200..300).contains(&status));
        }
    }
}
