//! `cluster <command> [argument]…` runs a command beside a PostgreSQL that its tests share, and ends as it does. Where
//! PostgreSQL is missing the command runs without: its tests say what that means for them.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("cluster: which command?");
        return ExitCode::from(2);
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    let shared = cluster::start();
    match &shared {
        Ok(cluster) => drop(command.env(cluster::SHARED, cluster.folder())),
        Err(reason) => eprintln!("cluster: {reason}"),
    }
    let code = match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Err(error) => {
            eprintln!("cluster: {}: {error}", program.display());
            127
        }
    };
    // The server stops with this process, whose pipe its keeper holds.
    drop(shared);
    ExitCode::from(code)
}
