//! Asking the Bot API whose a token is.

use secrecy::SecretString;
use telegram::{Client, Options, SendError};

use crate::bots::{Identities, Identity, IdentityError};

/// A Bot API server.
#[derive(Debug, Clone)]
pub struct BotApi {
    api_url: String,
}

impl BotApi {
    /// The server at an address, without a slash at the end.
    pub fn new(api_url: impl Into<String>) -> Self {
        Self { api_url: api_url.into() }
    }

    async fn ask(&self, token: &str) -> Result<Identity, IdentityError> {
        let options = Options { calls_in_flight_max: 1, ..Options::default() };
        let client = Client::new(&self.api_url, &SecretString::from(token), options)
            .map_err(|_| IdentityError::BadToken)?;
        match client.get_me().await {
            Ok(me) => Ok(Identity { telegram_id: me.id, username: me.username, name: me.first_name }),
            Err(SendError::Unauthorized { .. }) => Err(IdentityError::BadToken),
            Err(error) => Err(IdentityError::Unreachable(error.to_string())),
        }
    }
}

impl Identities for BotApi {
    fn identify<'a>(
        &'a self,
        token: &'a str,
    ) -> futures_util::future::BoxFuture<'a, Result<Identity, IdentityError>> {
        Box::pin(self.ask(token))
    }
}
