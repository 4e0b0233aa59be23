//! A world as a file: everything that changes. Who the people are follows from the seed.

use crate::callback::Callbacks;
use crate::checkout::Checkouts;
use crate::files::Files;
use crate::flood::Gate;
use crate::person::State;
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::webhook::Webhook;
use crate::world::{World, WorldConfig};
use serde::{Deserialize, Serialize};

/// The state that is read back.
#[derive(Deserialize)]
pub struct Saved {
    seed: u64,
    now_ms: i64,
    speed: f64,
    next_message_id: i64,
    follow_count: u64,
    commands: Vec<(String, String)>,
    bot_gate: Gate,
    queue: Queue,
    callbacks: Callbacks,
    #[serde(default)]
    checkouts: Checkouts,
    #[serde(default)]
    files: Files,
    #[serde(default)]
    webhook: Option<Webhook>,
    schedule: Schedule,
    people: Vec<State>,
}

/// The same state, borrowed to be written.
#[derive(Serialize)]
pub struct Saving<'a> {
    seed: u64,
    now_ms: i64,
    speed: f64,
    next_message_id: i64,
    follow_count: u64,
    commands: &'a [(String, String)],
    bot_gate: &'a Gate,
    queue: &'a Queue,
    callbacks: &'a Callbacks,
    checkouts: &'a Checkouts,
    files: &'a Files,
    webhook: &'a Option<Webhook>,
    schedule: &'a Schedule,
    people: Vec<&'a State>,
}

impl<'a> Saving<'a> {
    /// Everything of a world that changes.
    pub fn of(world: &'a World) -> Self {
        // Taken apart without `..`: a new field must be saved or left out on purpose.
        let World {
            config,
            bot_id: _,
            people,
            queue,
            next_message_id,
            bot_gate,
            callbacks,
            checkouts,
            files,
            webhook,
            pushes: _,
            commands,
            schedule,
            follows,
            faults: _,
            readings: _,
            now_ms,
            wake: _,
            marked_ids: _,
        } = world;
        Self {
            seed: config.seed,
            now_ms: *now_ms,
            speed: config.speed,
            next_message_id: *next_message_id,
            follow_count: follows.count(),
            commands,
            bot_gate,
            queue,
            callbacks,
            checkouts,
            files,
            webhook,
            schedule,
            people: people.iter().map(|person| &person.state).collect(),
        }
    }
}

impl Saved {
    /// The world that continues here. The error names the population that was saved.
    pub fn into_world(self, config: WorldConfig) -> Result<World, String> {
        let count = config.people as usize + config.newcomers as usize;
        if self.seed != config.seed || self.people.len() != count {
            return Err(format!("seed {}, {} people", self.seed, self.people.len()));
        }
        let speed = config.speed;
        let mut world = World::new(config);
        world.now_ms = self.now_ms;
        world.next_message_id = self.next_message_id;
        world.follows.raise_count(self.follow_count);
        world.commands = self.commands;
        world.bot_gate = self.bot_gate;
        world.queue = self.queue;
        world.callbacks = self.callbacks;
        world.checkouts = self.checkouts;
        world.files = self.files;
        world.webhook = self.webhook;
        world.schedule = self.schedule;
        for (person, state) in world.people.iter_mut().zip(self.people) {
            person.state = state;
        }
        world.schedule.rescale(self.now_ms, self.speed / speed);
        Ok(world)
    }
}
