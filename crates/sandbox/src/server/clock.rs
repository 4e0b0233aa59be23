//! The real clock behind a served world: moves people, sends them to the links that they follow,
//! and keeps the data folder up to date.

use super::{App, ServerConfig, errand, real_now_ms};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior};

/// How often people are moved.
const TICK_MS: u64 = 20;
/// How often a world with a data folder is saved beside its shutdown.
const SAVE_EVERY_S: u64 = 300;
/// Links that are opened at the same time.
const ERRANDS_MAX: usize = 32;

/// Runs until it is dropped.
pub async fn run(app: Arc<App>, config: ServerConfig) {
    let errands = Arc::new(Semaphore::new(ERRANDS_MAX));
    let mut tick = tokio::time::interval(Duration::from_millis(TICK_MS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut saved_at = Instant::now();
    loop {
        tick.tick().await;
        let follows = {
            let mut world = app.world.lock();
            world.advance(real_now_ms());
            if let Some(dir) = &config.data_dir {
                reserve_ids(&mut world, dir);
            }
            world.take_follows()
        };
        if config.follows_links {
            for follow in follows {
                tokio::spawn(errand::run(app.world.clone(), errands.clone(), follow));
            }
        }
        if let Some(dir) = config.data_dir.clone()
            && saved_at.elapsed() > Duration::from_secs(SAVE_EVERY_S)
        {
            let world = app.world.clone();
            let saved = tokio::task::spawn_blocking(move || world.lock().save(&dir)).await;
            if let Ok(Err(error)) = saved {
                tracing::warn!(%error, "the sandbox could not be saved");
            }
            saved_at = Instant::now();
        }
    }
}

fn reserve_ids(world: &mut crate::World, dir: &std::path::Path) {
    if let Err(error) = world.reserve_ids(dir) {
        tracing::warn!(%error, "the sandbox could not reserve ids");
    }
}
