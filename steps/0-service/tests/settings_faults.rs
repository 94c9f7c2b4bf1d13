//! Looks at faulty settings: each fault is told with file, line and key and what to do, all of them
//! are told at once, and a reload that meets one changes nothing at all.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod sample;

use sample::{All, DEFAULTS, File};
use service::{
    Settings,
    settings::{SettingsError, Sources},
};
use std::fmt::Debug;

fn told(result: Result<impl Debug, SettingsError>) -> String {
    result.unwrap_err().to_string()
}

/// A line of a file that is faulty, and what is said of it.
const FAULTS: [(&str, &str); 18] = [
    // Names that nothing has.
    ("rate_per_minut = 90", "rate_per_minut: no such setting; did you mean rate_per_minute?"),
    ("colr = \"red\"", "colr: no such setting; did you mean colour?"),
    ("MOST = 1", "MOST: no such setting; the command `settings` lists them all"),
    ("xylophone = 1", "xylophone: no such setting; the command `settings` lists them all"),
    ("[gateway]", "gateway: no such setting; the command `settings` lists them all"),
    // Values of another type.
    (
        "rate_per_minute = \"fast\"",
        "rate_per_minute: expected a number from 0.1 to 6000, found \"fast\"",
    ),
    ("room = 1.5", "room: expected a whole number, found 1.5"),
    ("room = -1", "room: expected a whole number, found -1"),
    ("loud = 1", "loud: expected true or false, found 1"),
    ("says = [1]", "says: expected a string, found [1]"),
    ("wait = -1", "wait: expected a number of seconds, found -1"),
    (
        "numbers_bind = 1",
        "numbers_bind: expected an address and port such as \"127.0.0.1:7776\", found 1",
    ),
    ("seed = \"x\"", "seed: expected a whole number, found \"x\""),
    ("colour = \"pink\"", "colour: expected \"red\", \"green\" or \"blue\", found \"pink\""),
    // Values out of range.
    ("rate_per_minute = 0", "rate_per_minute: expected a number from 0.1 to 6000, found 0"),
    (
        "rate_per_minute = 6000.1",
        "rate_per_minute: expected a number from 0.1 to 6000, found 6000.1",
    ),
    ("rate_per_minute = nan", "rate_per_minute: expected a number from 0.1 to 6000, found nan"),
    ("most = 10", "most: expected a whole number from 1 to 9, found 10"),
];

#[test]
fn a_fault_is_told_with_its_place_and_what_to_do() {
    for (line, says) in FAULTS {
        let (settings, all) = File::with(&format!("# one\n# two\n\n{line}\n")).settings();
        assert_eq!(told(settings.check()), format!("numbers.toml:4: {says}"));
        assert_eq!(all.show(), DEFAULTS);
    }
}

#[test]
fn a_reload_with_a_fault_changes_nothing() {
    for (line, says) in FAULTS {
        let file = File::none();
        let settings = Settings::new(Sources::default().file(&file.path, false));
        // Staged before and after the one with the fault.
        let before = settings.define("before", 1_u64).live();
        let all = All::new(&settings);
        let after = settings.define("after", 1_u64).live();
        settings.check().unwrap();
        let values = || (before.get(), all.show(), after.get());

        file.write(&format!("before = 2\nafter = 2\n{line}\n"));
        assert_eq!(told(settings.reload()), format!("numbers.toml:3: {says}"));
        assert_eq!(values(), (1, DEFAULTS.into(), 1));

        file.write("after = 3");
        let changes: Vec<_> = settings.reload().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(changes, ["after: 1 -> 3"], "nothing of the faulty file was kept");
        assert_eq!(values(), (1, DEFAULTS.into(), 3));
    }
}

#[test]
fn a_file_that_is_not_toml_is_told_with_its_line() {
    for (text, line) in [
        ("most = ", 1),
        ("# one\nmost = 2\nmost = 3\n", 3),
        ("\nsays = \"tock\n", 2),
        ("most 2", 1),
    ] {
        let (settings, _) = File::with(text).settings();
        let says = told(settings.check());
        assert!(
            says.starts_with(&format!("numbers.toml:{line}: not TOML: ")),
            "{text:?} is said to be {says:?}"
        );
        assert_eq!(says.lines().count(), 1, "one fault, one line: {says:?}");

        let file = File::with("most = 4");
        let (settings, all) = file.settings();
        file.write(text);
        assert_eq!(told(settings.reload()), says);
        assert_eq!(all.show(), DEFAULTS.replace('8', "4"), "nothing has changed");
    }
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let file = File::none();
    let settings = Settings::new(Sources::default().file(&file.path, true));
    let says = told(settings.check());
    assert!(
        says.starts_with(&format!("{}: the settings file cannot be read: ", file.path.display())),
        "{says}"
    );
}

#[test]
fn a_file_that_is_a_folder_or_no_text_is_told() {
    let folder = File::none();
    std::fs::create_dir(&folder.path).unwrap();
    let bytes = File::none();
    std::fs::write(&bytes.path, b"says = \"\xff\"").unwrap();
    for file in [folder, bytes] {
        let (settings, _) = file.settings();
        let says = told(settings.check());
        assert!(says.contains("numbers.toml: the settings file cannot be read: "), "{says}");
    }
}

#[test]
fn what_is_set_on_the_command_line_is_checked_like_a_file() {
    for (name, text, says) in [
        ("mots", "1", "the program: mots: no such setting; did you mean most?"),
        ("most", "many", "the program: most: expected a whole number from 1 to 9, found \"many\""),
        ("most", "0", "the program: most: expected a whole number from 1 to 9, found \"0\""),
        ("seed", "", "the program: seed: expected a whole number, found \"\""),
    ] {
        let settings = Settings::with([(name, text)]);
        let all = All::new(&settings);
        assert_eq!(told(settings.check()), says);
        assert_eq!(all.show(), DEFAULTS);
    }
}

#[test]
fn all_that_is_wrong_is_told_a_line_each() {
    let file = File::with("most = 10\nloud = \"yes\"\nroom = 5\ncolor = \"red\"");
    let settings = Settings::new(Sources::set([("wait", "soon")]).file(&file.path, true));
    All::new(&settings);
    let error = settings.check().unwrap_err();
    assert_eq!(error.problems.len(), 4);
    assert_eq!(
        error.to_string().lines().collect::<Vec<_>>(),
        [
            "numbers.toml:1: most: expected a whole number from 1 to 9, found 10",
            "numbers.toml:2: loud: expected true or false, found \"yes\"",
            "the program: wait: expected a number of seconds, found \"soon\"",
            "numbers.toml:4: color: no such setting; did you mean colour?",
        ]
    );
}
