//! A command runs beside a server that its tests share, and its end is told on.

use std::process::Command;

fn run(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
    command.args(arguments).env_remove(cluster::SHARED).output().unwrap()
}

#[test]
fn a_command_is_told_of_the_server_and_its_end_is_told_on() {
    assert_eq!(run(&["sh", "-c", "exit 7"]).status.code(), Some(7));
    assert_eq!(run(&["no-such-command-of-anybody"]).status.code(), Some(127));
    assert_eq!(run(&[]).status.code(), Some(2));
    let told = run(&["sh", "-c", &format!("echo ${}", cluster::SHARED)]);
    let folder = String::from_utf8(told.stdout).unwrap();
    if folder.trim().is_empty() {
        let said = String::from_utf8(told.stderr).unwrap();
        assert!(said.contains("PostgreSQL is not installed"), "{said}");
    }
}
