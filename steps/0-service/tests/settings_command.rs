//! Looks at settings as a program gets them: from a file, the environment and the command line, in
//! this order, and at `settings`, which prints them as a file.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod programs;

use programs::{StateDir, run};

/// What `settings` prints, as TOML, for a program that is given these.
fn settings(file: &str, environment: &[(&str, &str)], options: &[&str]) -> toml::Table {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", file);
    let mut command = state_dir.command(&["settings"]);
    let printed = run(command.args(options).envs(environment.iter().copied())).good();
    let table: toml::Table = printed.parse().unwrap_or_else(|error| panic!("{error}\n{printed}"));

    // It is a file that gives the same values again.
    state_dir.write("service.toml", &printed);
    assert_eq!(state_dir.run(&["settings"]).good().parse::<toml::Table>().unwrap(), table);
    table
}

#[test]
fn set_wins_over_environment_over_file_over_default() {
    let file = "says = 'file'\nevery = 2";
    let environment = [("SERVICE_SAYS", "environment"), ("SERVICE_LOG_LEVEL", "debug")];
    let set = ["--set", "says=set"];
    for (file, environment, options, says, every, level) in [
        ("", &[][..], &[][..], "tick", 1, "info"),
        (file, &[], &[], "file", 2, "info"),
        (file, &environment, &[], "environment", 2, "debug"),
        (file, &environment, &set, "set", 2, "debug"),
        (file, &[], &set, "set", 2, "info"),
        ("", &environment, &set, "set", 1, "debug"),
        ("", &[], &["--set", "says=a=b", "--set", "every = 3"], "a=b", 3, "info"),
    ] {
        let table = settings(file, environment, options);
        let expected = format!("says = '{says}'\nevery = {every}\nlog_level = '{level}'");
        assert_eq!(table, expected.parse().unwrap(), "{file:?} {environment:?} {options:?}");
    }
}

#[test]
fn a_value_from_the_environment_wins_after_a_reload_too() {
    let state_dir = StateDir::new();
    run(state_dir.command(&["start"]).env("SERVICE_SAYS", "environment")).good();
    state_dir.write("service.toml", "says = 'file'\nevery = 2");
    assert_eq!(state_dir.run(&["reload"]).good(), "every: 1 -> 2\n");
}

#[test]
fn each_fault_is_told_with_where_it_is_from() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "syas = 'file'");
    let said = run(state_dir
        .command(&["settings", "--set", "every=often", "--set", "evre=1"])
        .env("SERVICE_SASY", "x"));
    assert_eq!(
        said.bad(1).lines().collect::<Vec<_>>(),
        [
            "service: --set: every: expected a number of seconds, found \"often\"",
            "service: --set: evre: no such setting; did you mean every?",
            "service: environment variable SERVICE_SASY: sasy: no such setting; did you mean says?",
            "service: service.toml:1: syas: no such setting; did you mean says?",
        ]
    );
    let said =
        run(state_dir.command(&["settings", "--config", "empty"]).env("SERVICE_EVERY", "often"));
    assert!(said.bad(1).contains("empty: the settings file cannot be read: No such file"));
    state_dir.write("empty", "");
    let said =
        run(state_dir.command(&["settings", "--config", "empty"]).env("SERVICE_EVERY", "often"));
    let why = "service: environment variable SERVICE_EVERY: every: expected a number of seconds, found \"often\"\n";
    assert_eq!(said.bad(1), why);
}

#[test]
fn the_file_may_be_named_by_an_option_or_by_the_environment() {
    let state_dir = StateDir::new();
    state_dir.write("service.toml", "says = 'usual'");
    state_dir.write("one.toml", "says = 'one'");
    state_dir.write("two.toml", "says = 'two'");
    for (named, option, says) in [
        (None, &[][..], "says = \"usual\"  # from service.toml:1"),
        (Some("one.toml"), &[], "says = \"one\"  # from one.toml:1"),
        (Some("one.toml"), &["--config", "two.toml"], "says = \"two\"  # from two.toml:1"),
    ] {
        let mut command = state_dir.command(&["settings"]);
        let printed =
            run(command.args(option).envs(named.map(|file| ("SERVICE_CONFIG", file)))).good();
        assert!(printed.lines().any(|line| line == says), "{says} is not in\n{printed}");
    }
}
