//! A program that talks to Muster over HTTP, as a customer's own would.

use std::time::Duration;

use serde_json::Value;

/// Items that one page is asked for.
const PAGE_ITEMS: usize = 500;

/// The API of one server, with a bearer token.
#[derive(Debug, Clone)]
pub struct Api {
    /// Such as `http://127.0.0.1:8080`.
    pub base: String,
    pub token: String,
    /// Of a member's session, in place of the token.
    cookie: Option<String>,
    http: reqwest::Client,
}

impl Api {
    /// An API client; connects when first used.
    pub fn new(base: impl Into<String>, token: impl Into<String>) -> Self {
        // Fails when another test of the process was faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without TLS needs nothing of the machine");
        Self { base: base.into(), token: token.into(), cookie: None, http }
    }

    /// The status and the JSON of an answer, or why there was none.
    ///
    /// # Errors
    /// The server cannot be reached, or went away.
    pub async fn try_ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), String> {
        let method = method.parse().map_err(|_| format!("{method} is no method"))?;
        let url = format!("{}/api/v1{path}", self.base);
        let request = self.http.request(method, url);
        let mut request = match &self.cookie {
            None => request.bearer_auth(&self.token),
            Some(cookie) => request.header("cookie", cookie).header("sec-fetch-site", "same-origin"),
        };
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|error| error.to_string())?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// The same server, asked by a member in a browser: what a program may not do, such as answering people.
    ///
    /// # Panics
    /// The member cannot be invited.
    pub async fn of_member(&self, email: &str) -> Self {
        let member = serde_json::json!({"email": email, "name": "Mina", "role": "owner"});
        let invited = self.post("/members", member).await;
        let link = invited["link"].as_str().expect("a one-time link");
        let token = link.rsplit('/').next().unwrap_or_default();
        let account = serde_json::json!({"name": "Mina", "password": "correct horse battery"});
        let request = self.http.post(format!("{}/api/v1/setup/{token}", self.base)).json(&account);
        let answer = request.send().await.expect("a server that answers");
        let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
        Self { cookie: Some(cookie), ..self.clone() }
    }

    /// The answer to a call that must succeed.
    ///
    /// # Panics
    /// It did not.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answered = self.try_ask(method, path, body).await;
        let (status, json) = answered.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        assert!((200..300).contains(&status), "{method} {path}: {status} {json}");
        json
    }

    /// Uploads a file as a form.
    ///
    /// # Panics
    /// The server cannot be reached.
    pub async fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
        let mut body = format!(
            "--b0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(b"\r\n--b0undary--\r\n");
        let request = self.http.post(format!("{}/api/v1{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("content-type", "multipart/form-data; boundary=b0undary").body(body);
        let response = request.send().await.expect("a server that answers");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// The content type and the bytes of a file.
    ///
    /// # Panics
    /// It is not given.
    pub async fn fetch(&self, path: &str) -> (String, Vec<u8>) {
        let request = self.http.get(format!("{}/api/v1{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await.expect("a server that answers");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        (kind, response.bytes().await.expect("whole bytes").to_vec())
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None).await
    }

    /// `POST`.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(&body)).await
    }

    /// All items of a keyset-paged list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}{joint}limit={PAGE_ITEMS}{cursor}")).await;
            items.extend(page["items"].as_array().expect("a page has items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", escaped(next)),
                None => return items,
            }
        }
    }

    /// How many people match an expression: the count of the list that shows them.
    pub async fn count(&self, bot: i64, expression: &Value) -> i64 {
        let path = format!("/contacts?bot_id={bot}&limit=1&expression={}", escaped(&expression.to_string()));
        self.get(&path).await["count"].as_i64().expect("a count")
    }

    /// The Telegram ids of those who match an expression.
    pub async fn people(&self, bot: i64, expression: &Value) -> Vec<i64> {
        let path = format!("/contacts?bot_id={bot}&expression={}", escaped(&expression.to_string()));
        let items = self.all(&path).await;
        let mut ids: Vec<i64> =
            items.iter().map(|item| item["telegram_id"].as_i64().expect("an id")).collect();
        ids.sort_unstable();
        ids
    }
}

/// A value for a query, with everything that is not plain in percent signs.
pub fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
