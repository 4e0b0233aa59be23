//! Muster's command line.

use std::process::ExitCode;

use clap::Parser;
use muster::commands::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match muster::commands::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("muster: {failure}");
            ExitCode::FAILURE
        }
    }
}
