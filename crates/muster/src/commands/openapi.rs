//! `muster openapi`.

use crate::Failure;

/// Prints the document.
#[allow(clippy::print_stdout)] // the result
pub(super) fn print() -> Result<(), Failure> {
    let document = api::openapi()
        .to_pretty_json()
        .map_err(|error| Failure::new(format!("the document cannot be written: {error}")))?;
    println!("{document}");
    Ok(())
}
