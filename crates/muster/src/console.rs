//! The console's files, embedded in the binary.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

/// What `npm run build` made. Without it (a build of the server alone) one page says how to make it.
#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

const WITHOUT: &str = "<!doctype html><meta charset=utf-8><title>Muster</title><p>This build has no console. \
     Run <code>make console</code>, then build again. The API is at <a href=/api/v1/openapi.json>/api/v1</a>.";

/// The console as a service. Its texts travel compressed; fonts and pictures are compressed already.
pub fn service() -> Router {
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    Router::new().fallback(file).layer(CompressionLayer::new().compress_when(worth_it))
}

/// As [`service`], for a demo: whoever came by this machine's address is led to its name, by which alone a demo lets
/// people in (see `api`'s `Network::is_this_machine`). `public_url` is without a slash at its end.
pub fn by_name(public_url: String) -> Router {
    let lead = move |request: Request, next: Next| {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let is_address = host.is_some_and(|host| host.starts_with("127.0.0.1") || host.starts_with("[::1]"));
        let place = is_address.then(|| format!("{public_url}{}", request.uri()));
        async move {
            match place {
                Some(place) => Redirect::temporary(&place).into_response(),
                None => next.run(request).await,
            }
        }
    };
    service().layer(middleware::from_fn(lead))
}

/// A file of the console; for any other path its page, which finds the place by itself.
async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        let cache = if path.starts_with("assets/") {
            // Their names hold a hash of their content.
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let kind = file.metadata.mimetype().to_owned();
        return ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())], file.data)
            .into_response();
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    match Files::get("index.html") {
        Some(page) => (headers, page.data).into_response(),
        None => (headers, WITHOUT).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn the_page_travels_compressed_to_who_can_read_it() {
        let ask = async |encoding: &str| {
            let request =
                Request::get("/contacts").header(header::ACCEPT_ENCODING, encoding).body(Body::empty());
            let answer = service().oneshot(request.unwrap()).await.unwrap();
            let encoding = answer.headers().get(header::CONTENT_ENCODING).cloned();
            (encoding, to_bytes(answer.into_body(), 1 << 20).await.unwrap())
        };
        let (encoding, plain) = ask("identity").await;
        assert!(encoding.is_none() && plain.starts_with(b"<!doctype html>"));
        let (encoding, packed) = ask("gzip").await;
        assert_eq!(encoding.unwrap(), "gzip");
        assert!(packed.starts_with(&[0x1f, 0x8b]), "the mark of RFC 1952");
    }

    #[tokio::test]
    async fn a_demo_leads_from_the_address_to_the_name() {
        let ask = async |host: &str| {
            let request = Request::get("/people?q=1").header(header::HOST, host).body(Body::empty());
            let answer = by_name("http://localhost:8080".into()).oneshot(request.unwrap()).await.unwrap();
            (answer.status().as_u16(), answer.headers().get(header::LOCATION).cloned())
        };
        let place = "http://localhost:8080/people?q=1".parse().unwrap();
        assert_eq!(ask("127.0.0.1:8080").await, (307, Some(place)));
        assert_eq!(ask("localhost:8080").await, (200, None));
    }
}
