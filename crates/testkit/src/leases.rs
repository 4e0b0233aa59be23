//! Leases in a data folder, whoever wrote it.

use std::path::Path;

use store::{Store, StoreError, StoreOptions, bots, campaigns, outbox, recipients};

/// How many rows say that their call may be under way: (outbox, ledger).
///
/// # Panics
/// The folder holds no database of ours, or a running server has it to itself.
pub async fn in_folder(folder: &Path) -> (usize, usize) {
    left(&StoreOptions::new(folder)).await
}

/// As [`in_folder`], of any database.
///
/// # Panics
/// It holds no database of ours.
pub async fn left(options: &StoreOptions) -> (usize, usize) {
    let options = StoreOptions { exclusive: false, ..options.clone() };
    let store = Store::open(&options).expect("a database");
    let counted = store.reader().read(|tx| {
        let (mut messages, mut lines) = (0, 0);
        for bot in bots::all(tx)? {
            messages += outbox::leased(tx, bot.id)?.len();
            for campaign in campaigns::list(tx, bot.id, None, i64::MAX, 1_000)? {
                lines += recipients::leased(tx, bot.id, campaign.id)?.len();
            }
        }
        Ok::<_, StoreError>((messages, lines))
    });
    let counted = counted.await.expect("a readable database");
    store.close().await;
    counted
}
