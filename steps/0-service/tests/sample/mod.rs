//! A program's settings, one of each type, and a settings file for them.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use service::{
    Setting, Settings,
    settings::{Sources, ValueEnum},
};
use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Colour {
    Red,
    Green,
    Blue,
}

impl ValueEnum for Colour {
    const NAMES: &'static [(&'static str, Self)] =
        &[("red", Colour::Red), ("green", Colour::Green), ("blue", Colour::Blue)];
}

/// A setting of each type.
pub(crate) struct All {
    rate: Setting<f64>,
    most: Setting<u64>,
    room: Setting<usize>,
    loud: Setting<bool>,
    says: Setting<String>,
    wait: Setting<Duration>,
    bind: Setting<SocketAddr>,
    seed: Setting<Option<u64>>,
    colour: Setting<Colour>,
}

impl All {
    pub(crate) fn new(settings: &Settings) -> Self {
        let bind = SocketAddr::from(([127, 0, 0, 1], 7776));
        All {
            rate: settings
                .define("rate_per_minute", 60.0)
                .help("Numbers a minute.")
                .range(0.1..=6_000.0)
                .live(),
            most: settings.define("most", 8_u64).help("The most of them.").range(1..=9).live(),
            room: settings.define("room", 3_usize).help("How many fit.").live(),
            loud: settings.define("loud", false).help("Whether to shout.").live(),
            says: settings.define("says", "tick".to_string()).help("What it says.").live(),
            wait: settings.define("wait", Duration::from_secs(5)).help("Seconds to wait.").live(),
            bind: settings.define("numbers_bind", bind).help("Where it listens.").at_start(),
            seed: settings.define("seed", None).help("Makes it all the same.").live(),
            colour: settings.define("colour", Colour::Red).help("Its colour.").live(),
        }
    }

    /// All values in one line, to compare.
    pub(crate) fn show(&self) -> String {
        let Self { rate, most, room, loud, says, wait, bind, seed, colour } = self;
        let numbers =
            format!("{} {} {} {} {:?}", rate.get(), most.get(), room.get(), loud.get(), says.get());
        format!("{numbers} {:?} {} {:?} {:?}", wait.get(), bind.get(), seed.get(), colour.get())
    }
}

/// What [`All::show`] gives when nothing is set.
pub(crate) const DEFAULTS: &str = r#"60 8 3 false "tick" 5s 127.0.0.1:7776 None Red"#;

/// A file that sets all of them, and what [`All::show`] gives then.
pub(crate) const GIVEN: &str = r#"
rate_per_minute = 90.5
most = 2
room = 0
loud = true
says = "tock"
wait = 0.25
numbers_bind = "[::1]:80"
seed = 7
colour = "blue"
"#;
pub(crate) const AS_GIVEN: &str = r#"90.5 2 0 true "tock" 250ms [::1]:80 Some(7) Blue"#;

/// The place of a settings file, in a folder of its own.
pub(crate) struct File {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

impl File {
    /// There is no file yet.
    pub(crate) fn none() -> Self {
        let folder = TempDir::new().unwrap();
        File { path: folder.path().join("numbers.toml"), _folder: folder }
    }

    pub(crate) fn with(text: &str) -> Self {
        let file = Self::none();
        file.write(text);
        file
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(&self.path, text).unwrap();
    }

    /// Settings that come from this file alone.
    pub(crate) fn settings(&self) -> (Settings, All) {
        let settings = Settings::new(Sources::default().file(&self.path, false));
        let all = All::new(&settings);
        (settings, all)
    }
}
