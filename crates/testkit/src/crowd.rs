//! People who do something all the time, in no order that a server could count on.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::clock::{Clock, SystemClock};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::SharedWorld;

/// Acts that may wait for the server before people wait too: a press that nobody fetched for 150 seconds is dropped by
/// Telegram, and that would be no loss of the server's.
const WAITING_MAX: u64 = 400;

/// Acts that the server has not taken in, or not confirmed.
///
/// # Panics
/// The sandbox does not know how many.
pub fn waiting(world: &SharedWorld) -> u64 {
    let info = world.lock().call("getWebhookInfo", &sandbox::Params::default(), SystemClock.now());
    info.body["result"]["pending_update_count"].as_u64().expect("a count")
}

/// People who press what they got and write, all the time, whoever listens.
///
/// # Panics
/// One of them cannot: they were not started, or blocked the bot.
pub async fn lively(world: SharedWorld, people: Vec<i64>, seed: u64, stop: Arc<AtomicBool>) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut number = 0;
    // The same press within seconds is one press: nobody presses twice, so that each is to be found.
    let mut pressed = HashSet::new();
    while !stop.load(Ordering::Acquire) {
        let person = people[dice.random_range(0..people.len())];
        let now = SystemClock.now();
        if waiting(&world) < WAITING_MAX {
            let mut world = world.lock();
            let truth = world.truth_of(person).unwrap_or_default();
            let got = truth["received"].as_array().and_then(|all| all.last().cloned());
            match got {
                Some(message)
                    if dice.random_bool(0.6) && pressed.insert((person, message["message_id"].as_i64())) =>
                {
                    let data =
                        message["buttons"][0]["data"].as_str().expect("a button that presses").to_owned();
                    world
                        .person_press(person, message["message_id"].as_i64().expect("an id"), &data, now)
                        .expect("a person who can");
                }
                _ => {
                    number += 1;
                    world.person_write(person, &format!("word {number}"), now).expect("a person who can");
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(2..12))).await;
    }
}
