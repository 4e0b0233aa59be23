//! Finds out when a database that took no writes takes them again, also where nobody has anything to write.

use store::{Store, settings};
use tokio_util::sync::CancellationToken;

use super::LOOK_EVERY;

/// The setting that is written then; what it holds means nothing.
const TRIAL: &str = "writing_tried";

/// For as long as writes are refused, writes something of no importance now and then, until told to stop.
pub(super) async fn keep_trying(store: Store, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if store.reader().refusal().is_some() && store.write(|tx| settings::set(tx, TRIAL, "")).await.is_ok()
        {
            tracing::info!("the database takes writes again");
        }
    }
}
