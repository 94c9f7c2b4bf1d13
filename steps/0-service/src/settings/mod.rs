//! Settings: typed, with a default and a sentence of help beside each, live after a reload. How they
//! work may be skipped at first.
//!
//! A service defines the settings that it reads, and keeps a [`Setting`] for each. The value comes
//! from the first of these that has one: `--set` on the command line, the environment
//! (`SERVICE_` and the name in capitals), a TOML file, the default. A [`Secret`] may also have a file
//! of its own, and is never shown.
//!
//! ```
//! use service::Settings;
//!
//! let settings = Settings::with([("rate_per_minute", "90")]);
//! let rate = settings
//!     .define("rate_per_minute", 60.0)
//!     .help("Numbers a minute, on each connection.")
//!     .range(0.1..=6_000_000.0)
//!     .live();
//! settings.check()?;
//! assert_eq!(rate.get(), 90.0);
//! # Ok::<(), service::settings::SettingsError>(())
//! ```

mod definition;
mod error;
mod secret;
mod setting;
pub(crate) mod sources;
mod value;

pub use definition::Definition;
pub use error::{Problem, SettingsError};
pub use secret::Secret;
pub use setting::Setting;
pub use sources::Sources;
pub use toml::Value as Toml;
pub use value::{Value, ValueEnum};

use setting::AnySetting;
use sources::RawSettings;
use std::sync::{Arc, Mutex, MutexGuard};

/// All the settings of a program. Cloning gives another hold on the same ones.
#[derive(Clone)]
pub struct Settings(Arc<Inner>);

struct Inner {
    sources: Sources,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the sources said when they were last read without a fault.
    given: RawSettings,
    /// What was wrong with the sources when they were first read.
    unreadable: Vec<Problem>,
    /// In the order in which they were defined.
    defined: Vec<Arc<dyn AnySetting>>,
}

impl Settings {
    /// Settings that are read from `sources`, now and at each [`reload`](Settings::reload).
    ///
    /// What is wrong with them is told by [`check`](Settings::check), when the settings are known.
    pub fn new(sources: Sources) -> Self {
        let (given, unreadable) = match sources.read(false) {
            Ok(given) => (given, Vec::new()),
            Err(error) => (RawSettings::default(), error.problems),
        };
        let state = State { given, unreadable, defined: Vec::new() };
        Settings(Arc::new(Inner { sources, state: Mutex::new(state) }))
    }

    /// Settings with these values and no file or environment: for tests, and for programs that
    /// embed a service.
    pub fn with<K: Into<String>, V: Into<String>>(
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self::new(Sources::set(values))
    }

    /// Defines a setting, or finds it if another service has defined the same.
    pub fn define<T: Value>(&self, name: &'static str, default: T) -> Definition<'_, T> {
        Definition::new(self, name, default)
    }

    /// Checks that all that was given is known and fits. To be called when all services are made.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut state = self.state();
        let mut problems = std::mem::take(&mut state.unreadable);
        let State { given, defined, .. } = &*state;
        problems.extend(stage(defined, given));
        SettingsError::unless_empty(problems)
    }

    /// Reads the sources again. Either all that has changed takes effect, and is returned, or
    /// nothing does.
    pub fn reload(&self) -> Result<Vec<Change>, SettingsError> {
        let was_read = self.file_was_read();
        let given = self.0.sources.read(was_read)?;
        let mut state = self.state();
        SettingsError::unless_empty(stage(&state.defined, &given))?;
        state.given = given;
        Ok(state.defined.iter().filter_map(|setting| setting.commit()).collect())
    }

    /// Whether there was a settings file when the sources were last read.
    pub(crate) fn file_was_read(&self) -> bool {
        self.state().given.was_read
    }

    /// Every setting as a TOML file: help, name, value, and where a value comes from that is not
    /// the default.
    pub fn to_toml(&self) -> String {
        self.state().defined.iter().map(|setting| setting.to_toml()).collect::<Vec<_>>().join("\n")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds this lock")
    }
}

/// Shows each setting what is given for it. Returns all that is wrong, including names that are not
/// known.
fn stage(defined: &[Arc<dyn AnySetting>], given: &RawSettings) -> Vec<Problem> {
    let unfit = defined.iter().filter_map(|setting| setting.stage(given).err());
    let known: Vec<_> = defined.iter().flat_map(|setting| setting.names()).collect();
    let unknown = given.by_name.iter().filter(|(name, _)| !known.contains(name));
    let unknown = unknown.map(|(name, given)| Problem::unknown(name, given, &known));
    unfit.chain(unknown).collect()
}

/// A setting that a reload has changed. Displays as `rate_per_minute: 60 -> 600`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The setting's name.
    pub name: &'static str,
    /// The value before, as TOML.
    pub from: String,
    /// The value now, as TOML.
    pub to: String,
    /// Whether it takes effect now, or when the service starts next.
    pub live: bool,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} -> {}", self.name, self.from, self.to)?;
        if !self.live {
            f.write_str(" (takes effect at the next start)")?;
        }
        Ok(())
    }
}
