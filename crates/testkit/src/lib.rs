//! For tests only: the tidy rules' eyes, the real app against a sandbox, the real binary as a process.

pub mod agreement;
pub mod api;
pub mod app;
pub mod binary;
pub mod condition;
pub mod crowd;
pub mod leases;
pub mod lived;
pub mod mishaps;
pub mod network;
pub mod oracle;
pub mod rehearsal;
pub mod seat;
pub mod small_disk;
pub mod source;
pub mod stored;

pub use api::Api;
pub use app::TestApp;
pub use condition::until;
pub use lived::Lived;
pub use mishaps::{Mishap, Mishaps};
pub use network::{Delays, Network};
pub use rehearsal::Rehearsal;
pub use small_disk::SmallDisk;
