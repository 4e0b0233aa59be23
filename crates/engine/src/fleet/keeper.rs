//! Says that this node is there, so that it keeps what it holds.

use std::time::Duration;

use store::{Store, nodes};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::nodes::{HOLD_MS, RENEW_MS, ThisNode};

const RENEW_EVERY: Duration = Duration::from_millis(RENEW_MS.unsigned_abs());
/// After a database that failed.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// Renews until told to stop. Whoever cannot renew loses what it holds to others, and finds that out by the fencing
/// numbers; nothing has to be stopped here.
pub(super) async fn keep(store: Store, node: ThisNode, clock: &dyn Clock, stop: CancellationToken) {
    let row = node.row(clock.now());
    while !stop.is_cancelled() {
        let row = row.clone();
        let pause = match store.write(move |tx| nodes::seen(tx, &row, HOLD_MS)).await {
            Ok(_) => RENEW_EVERY,
            Err(error) => {
                tracing::error!(%error, "this node cannot say that it is there");
                RETRY_EVERY
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Gives everything back, so that others need not wait.
pub(super) async fn leave(store: &Store, node: &ThisNode) {
    let id = node.id;
    if let Err(error) = store.write(move |tx| nodes::leave(tx, id)).await {
        tracing::warn!(%error, "this node could not give back what it held; others take it when its time is over");
    }
}
