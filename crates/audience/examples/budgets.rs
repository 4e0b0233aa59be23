//! Runs the measurements and prints one JSON object a line: `cargo run --release -p audience --example budgets 1000000`.

fn main() {
    let contacts = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let start = std::time::Instant::now();
    match audience::bench::run(contacts, &mut || start.elapsed().as_secs_f64()) {
        Ok(records) => {
            for record in records {
                match serde_json::to_string(&record) {
                    Ok(line) => eprintln!("{line}"),
                    Err(error) => eprintln!("{error}"),
                }
            }
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
