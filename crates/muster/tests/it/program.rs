//! The program itself. This also lets `cargo test --workspace` build it, once and as everything else is built: the tests
//! that run servers, Bot API clients and browsers use that one.

use std::process::Command;

#[test]
fn it_says_its_version_and_what_it_can_do() {
    let run = |argument: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_muster")).arg(argument).output().unwrap();
        assert!(output.status.success(), "{argument}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run("--version").contains(env!("CARGO_PKG_VERSION")));
    let help = run("--help");
    for command in ["serve", "demo", "sandbox", "doctor", "import", "export", "backup", "restore", "token"] {
        assert!(help.contains(command), "{command} is not in {help}");
    }
}
