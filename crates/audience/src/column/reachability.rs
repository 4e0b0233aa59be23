//! Who lives in the index, and who may be written to.

use domain::contact::{NoChat, Reachability};
use domain::expression::Unreachable;

use crate::bytes::{Damaged, Input, Output};
use crate::kernel;
use crate::members::Members;
use crate::words::{self, Words};

/// One chunk's states. The reasons may hold together, so each has its own set.
#[derive(Debug, Clone)]
pub(crate) struct ReachabilityColumn {
    /// Everybody there is; an erased contact leaves it.
    pub(crate) living: Box<Words>,
    pub(crate) living_count: u32,
    /// Living, and none of the reasons below.
    pub(crate) reachable: Box<Words>,
    blocked: Members,
    deactivated: Members,
    /// Why is the row's alone.
    no_chat: Members,
    opted_out: Members,
}

impl Default for ReachabilityColumn {
    fn default() -> Self {
        Self {
            living: words::zeroed(),
            living_count: 0,
            reachable: words::zeroed(),
            blocked: Members::default(),
            deactivated: Members::default(),
            no_chat: Members::default(),
            opted_out: Members::default(),
        }
    }
}

impl ReachabilityColumn {
    pub(crate) fn add(&mut self, low: u16, state: Reachability) {
        self.living_count += u32::from(!words::contains(&self.living, low));
        words::set(&mut self.living, low);
        self.set(low, state);
    }

    /// Takes an erased contact out of everything.
    pub(crate) fn erase(&mut self, low: u16) {
        words::clear(&mut self.living, low);
        words::clear(&mut self.reachable, low);
        self.living_count = kernel::count(&self.living);
    }

    pub(crate) fn get(&self, low: u16) -> Reachability {
        Reachability {
            blocked: self.blocked.contains(low),
            deactivated: self.deactivated.contains(low),
            no_chat: self.no_chat.contains(low).then_some(NoChat::WriteRefused),
            opted_out: self.opted_out.contains(low),
        }
    }

    /// Who may not be written to for a reason; of those who live no more, anything.
    pub(crate) fn people(&self, reason: Unreachable) -> &Members {
        match reason {
            Unreachable::Blocked => &self.blocked,
            Unreachable::Deactivated => &self.deactivated,
            Unreachable::NoChat => &self.no_chat,
            Unreachable::OptedOut => &self.opted_out,
        }
    }

    pub(crate) fn set(&mut self, low: u16, state: Reachability) {
        for (reason, holds) in [
            (&mut self.blocked, state.blocked),
            (&mut self.deactivated, state.deactivated),
            (&mut self.no_chat, state.no_chat.is_some()),
            (&mut self.opted_out, state.opted_out),
        ] {
            if holds {
                reason.insert(low);
            } else {
                reason.remove(low);
            }
        }
        if state.reachable() && words::contains(&self.living, low) {
            words::set(&mut self.reachable, low);
        } else {
            words::clear(&mut self.reachable, low);
        }
    }

    pub(crate) fn write(&self, out: &mut Output) {
        out.words(&self.living);
        out.words(&self.reachable);
        for reason in self.reasons() {
            reason.write(out);
        }
    }

    pub(crate) fn read(input: &mut Input<'_>) -> Result<Self, Damaged> {
        let living = input.words()?;
        Ok(Self {
            living_count: kernel::count(&living),
            living,
            reachable: input.words()?,
            blocked: Members::read(input)?,
            deactivated: Members::read(input)?,
            no_chat: Members::read(input)?,
            opted_out: Members::read(input)?,
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        2 * size_of::<Words>() + self.reasons().into_iter().map(Members::bytes).sum::<usize>()
    }

    fn reasons(&self) -> [&Members; 4] {
        [&self.blocked, &self.deactivated, &self.no_chat, &self.opted_out]
    }
}
