//! For tests only: the tidy rules' eyes, the real app against a sandbox, the real binary as a process.

pub mod source;
