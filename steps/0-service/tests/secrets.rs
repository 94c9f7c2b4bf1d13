//! Looks at secrets: where they may come from, and that they are never shown.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use service::{
    Setting, Settings,
    settings::{Secret, Sources},
};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// No error and no listing may have a word of these.
const SECRETS: [&str; 4] = ["s3cret", "0ther", "12345", "1.5"];

/// A settings file, and files with secrets beside it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(TempDir::new().unwrap())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(file), text).unwrap();
    }

    fn settings(&self, text: &str) -> (Settings, Setting<Option<Secret>>) {
        self.write("s.toml", text);
        let settings = Settings::new(Sources::default().file(self.path("s.toml"), true));
        let token = token(&settings);
        (settings, token)
    }
}

fn token(settings: &Settings) -> Setting<Option<Secret>> {
    settings.define("token", None).help("Opens the door.").live()
}

fn exposed(token: &Setting<Option<Secret>>) -> Option<String> {
    token.get().map(|secret| secret.expose().to_owned())
}

#[track_caller]
fn assert_shows_none(text: &str) {
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[test]
fn a_secret_is_given_itself_or_in_a_file() {
    let folder = Folder::new();
    folder.write("plain", "s3cret");
    folder.write("line", "s3cret\n");
    folder.write("windows", "s3cret\r\n");
    folder.write("quoted", "\"s3cret\"");
    folder.write("number", "12345\n");
    let absolute = format!("token_file = {:?}", folder.path("plain"));
    for (text, secret) in [
        ("", None),
        ("token = 's3cret'", Some("s3cret")),
        (&*absolute, Some("s3cret")),
        ("token_file = 'plain'", Some("s3cret")), // beside the settings file, wherever we are
        ("token_file = 'line'", Some("s3cret")),
        ("token_file = 'windows'", Some("s3cret")),
        ("token_file = 'quoted'", Some("\"s3cret\"")),
        ("token_file = 'number'", Some("12345")),
    ] {
        let (settings, token) = folder.settings(text);
        settings.check().unwrap();
        assert_eq!(exposed(&token).as_deref(), secret, "{text}");
        assert_shows_none(&settings.to_toml());
        assert_shows_none(&format!("{:?}", token.get()));
    }
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let folder = Folder::new();
    folder.write("empty", "\n");
    folder.write("lines", "s3cret\n0ther\n");
    folder.write("spaces", " s3cret ");
    folder.write("binary", b"s3cret\xff");
    folder.write("long", "s3cret".repeat(1000));
    let expected = "token: expected a text of one line, not empty, found [redacted]";
    for (text, what) in [
        ("token = 12345", expected),
        ("token = 1.5", expected),
        ("token = ['s3cret']", expected),
        ("token = ''", expected),
        ("token = 's3cret '", expected),
        ("token = \"s3cret\\n0ther\"", expected),
        ("token_file = 'empty'", expected),
        ("token_file = 'lines'", expected),
        ("token_file = 'spaces'", expected),
        ("token_file = 'binary'", "binary: stream did not contain valid UTF-8"),
        ("token_file = 'long'", "long: longer than 4096 bytes"),
        ("token_file = 'none'", "none: No such file or directory"),
        ("token_file = '.'", ".: not a regular file"),
        ("token_file = ''", "s.toml:1: token_file: expected the path of a file, found \"\""),
        ("token_file = 1", "s.toml:1: token_file: expected the path of a file, found 1"),
        (
            "token = 's3cret'\ntoken_file = 'plain'",
            "s.toml:2: token and token_file: give one of them, not both",
        ),
        ("tokn = 's3cret'", "s.toml:1: tokn: no such setting; did you mean token?"),
        ("token_fil = 's3cret'", "s.toml:1: token_fil: no such setting; did you mean token_file?"),
        ("token = s3cret", "s.toml:1: not TOML: "),
        ("token = 's3cret", "s.toml:1: not TOML: "),
        ("token = \"s3cret\\q\"", "s.toml:1: not TOML: "),
        ("token 's3cret'", "s.toml:1: not TOML: "),
    ] {
        let error = folder.settings(text).0.check().unwrap_err().to_string();
        assert!(error.contains(what), "{text:?}: {error}");
        assert_shows_none(&error);
    }
}

#[test]
fn a_reload_takes_a_new_secret_and_shows_neither() {
    let folder = Folder::new();
    folder.write("token", "s3cret");
    let (settings, token) = folder.settings("token_file = 'token'");
    settings.check().unwrap();
    let reload = || {
        settings.reload().map(|changes| changes.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(reload().unwrap(), [""; 0]);
    folder.write("token", "0ther");
    assert_eq!(reload().unwrap(), ["token: [redacted] -> [redacted]"]);
    assert_eq!(exposed(&token).as_deref(), Some("0ther"));
    fs::remove_file(folder.path("token")).unwrap();
    assert!(reload().unwrap_err().to_string().contains("No such file"));
    assert_eq!(exposed(&token).as_deref(), Some("0ther"), "a secret does not go by itself");
    folder.write("s.toml", "");
    assert_eq!(reload().unwrap(), ["token: [redacted] -> not set"], "but by hand");
}

#[test]
fn a_settings_file_that_is_gone_at_a_reload_is_missed() {
    let folder = Folder::new();
    folder.write("s.toml", "token = 's3cret'");
    let settings = Settings::new(Sources::default().file(folder.path("s.toml"), false));
    let token = token(&settings);
    settings.check().unwrap();
    fs::remove_file(folder.path("s.toml")).unwrap();
    for _ in 0..2 {
        let error = settings.reload().unwrap_err().to_string();
        let advice = "it was there before: put it back, or an empty one";
        assert!(error.contains("s.toml: ") && error.ends_with(advice), "{error}");
        assert_eq!(exposed(&token).as_deref(), Some("s3cret"));
    }
}
