//! What is kept of visitors' addresses: whole for some days, then the network alone.

use std::net::IpAddr;
use std::time::Duration;

use domain::time::DAY_MS;
use store::visits;
use tokio_util::sync::CancellationToken;

use super::Links;
use crate::Result;

/// How often old addresses are looked for.
const EVERY: Duration = Duration::from_secs(3_600);
/// Addresses that one commit shortens.
const BATCH_MAX: usize = 500;

impl Links {
    /// Shortens addresses that are older than `days`, now and every hour, until told to stop.
    pub async fn keep_private(self, days: u32, stop: CancellationToken) {
        loop {
            if let Err(error) = self.shorten_addresses(days).await {
                tracing::error!(%error, "visitors' addresses could not be shortened");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Shortens addresses of visits that are older than `days`. Returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shorten_addresses(&self, days: u32) -> Result<usize> {
        let before = self.clock.now() - i64::from(days) * DAY_MS;
        let mut all = 0;
        loop {
            let done = self.store.write(move |tx| {
                let old = visits::whole_addresses(tx, before, BATCH_MAX)?;
                for (workspace, id, address) in &old {
                    visits::shorten_address(tx, *workspace, *id, network(address).as_deref())?;
                }
                Ok::<_, crate::EngineError>(old.len())
            });
            let done = done.await?;
            all += done;
            if done < BATCH_MAX {
                return Ok(all);
            }
        }
    }
}

/// The network of an address: 24 bits of an IPv4 address, 48 of an IPv6 address. Nothing of what is no address.
fn network(address: &str) -> Option<String> {
    match address.parse().ok()? {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_kept_and_nothing_finer() {
        assert_eq!(network("203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(network("somewhere"), None);
    }
}
