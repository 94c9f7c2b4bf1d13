//! Where the values of settings come from.

use super::{Problem, SettingsError};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use toml::de::DeTable;

/// The environment variables that are settings begin with this.
const PREFIX: &str = "SERVICE_";

/// The settings that are paths end with this.
pub(crate) const FILE_SUFFIX: &str = "_file";

/// Variables with the prefix that are not settings: how the program is called, and where things are.
const RESERVED: [&str; 3] = ["SERVICE_COMMAND", "SERVICE_CONFIG", "SERVICE_STATE_DIR"];

/// Where systemd keeps the secrets of a service.
pub(crate) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The places that settings are read from. Later ones win: file, environment, `--set`.
#[derive(Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    file_must_exist: bool,
    environment: Vec<(OsString, OsString)>,
    set: Vec<(Origin, String, String)>,
}

/// The variables of this process's environment that say something of settings.
pub(crate) fn environment() -> Vec<(OsString, OsString)> {
    let variables = std::env::vars_os().filter(|(name, _)| is_setting(name) || name == CREDENTIALS);
    let absolute = variables.map(|(name, value)| {
        let is_path = name == CREDENTIALS || setting_name(&name).is_some_and(|name| is_path(&name));
        let value = if is_path { absolute(value) } else { value };
        (name, value)
    });
    absolute.collect()
}

/// The name of the setting that a variable is, if it is one and UTF-8.
pub(crate) fn setting_name(variable: &OsStr) -> Option<String> {
    if !is_setting(variable) {
        return None;
    }
    Some(variable.to_str()?[PREFIX.len()..].to_lowercase())
}

/// Whether a setting is the path of a file, by its name.
pub(crate) fn is_path(setting: &str) -> bool {
    setting.ends_with(FILE_SUFFIX)
}

/// A path as it is to be kept: what it means must not depend on where a restart is typed.
pub(crate) fn absolute(path: impl Into<OsString>) -> OsString {
    let path = path.into();
    // Only an empty path, and any in a folder that is gone, cannot be made absolute. Whoever reads
    // the file complains.
    std::path::absolute(&path).map_or(path, PathBuf::into_os_string)
}

fn is_setting(variable: &OsStr) -> bool {
    let is_reserved = RESERVED.iter().any(|reserved| variable == *reserved);
    variable.as_bytes().starts_with(PREFIX.as_bytes()) && !is_reserved
}

impl Sources {
    /// Only these values, which win over all others.
    pub fn set<K: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::default().set_by(Origin::Program, values)
    }

    /// Adds the values of `--set`. Of two for one setting, the last wins.
    pub(crate) fn command_line(self, values: impl IntoIterator<Item = (String, String)>) -> Self {
        self.set_by(Origin::CommandLine, values)
    }

    fn set_by<K: Into<String>, V: Into<String>>(
        mut self,
        origin: Origin,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let values = values.into_iter();
        self.set.extend(values.map(|(name, value)| (origin.clone(), name.into(), value.into())));
        self
    }

    /// Adds a TOML file. One that need not exist may also come into being before a reload.
    pub fn file(mut self, path: impl Into<PathBuf>, must_exist: bool) -> Self {
        self.file = Some(path.into());
        self.file_must_exist = must_exist;
        self
    }

    /// Adds this process's environment, as it is now.
    pub fn environment(self) -> Self {
        self.variables(environment())
    }

    /// Adds these variables, as if they were in the environment.
    pub(crate) fn variables(mut self, variables: Vec<(OsString, OsString)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Reads them all. What is given more than once is there once, from the source that wins. A
    /// file that `was_read` before must be there: its settings would be gone without a word.
    pub(super) fn read(&self, was_read: bool) -> Result<RawSettings, SettingsError> {
        let mut given = self.read_file(was_read)?;
        for (variable, text) in &self.environment {
            if variable == CREDENTIALS {
                given.credentials = Some(text.into());
                continue;
            }
            let origin = Origin::Environment { variable: variable.to_string_lossy().into_owned() };
            let (Some(name), Some(text)) = (setting_name(variable), text.to_str()) else {
                return Err(Problem::new(origin, "not UTF-8 text").into());
            };
            given.by_name.insert(name, RawSetting { origin, raw: Raw::Text(text.into()) });
        }
        for (origin, name, text) in &self.set {
            let raw = Raw::Text(text.clone());
            given.by_name.insert(name.clone(), RawSetting { origin: origin.clone(), raw });
        }
        Ok(given)
    }

    fn read_file(&self, was_read: bool) -> Result<RawSettings, SettingsError> {
        let Some(path) = &self.file else { return Ok(RawSettings::default()) };
        let must_exist = self.file_must_exist || was_read;
        let file = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {
                return Ok(RawSettings::default());
            }
            Err(error) => {
                let origin = Origin::File { file: path.display().to_string(), line: None };
                let advice = if was_read {
                    "; it was there before: put it back, or an empty one"
                } else {
                    ""
                };
                let what = format!("the settings file cannot be read: {error}{advice}");
                return Err(Problem::new(origin, what).into());
            }
        };
        let at = |byte: usize| {
            let line =
                1 + text[..byte.min(text.len())].bytes().filter(|byte| *byte == b'\n').count();
            Origin::File { file: file(), line: Some(line) }
        };
        let table = DeTable::parse(&text).map_err(|error| {
            let origin = at(error.span().map_or(0, |span| span.start));
            Problem::new(
                origin,
                format!("not TOML: {}", error.message().lines().collect::<Vec<_>>().join("; ")),
            )
        })?;
        let mut values: toml::Table =
            toml::from_str(&text).map_err(|error| Problem::new(at(0), error.message()))?;
        let given = table.into_inner().into_iter().filter_map(|(key, _)| {
            let origin = at(key.span().start);
            let value = values.remove(key.get_ref().as_ref())?;
            Some((key.into_inner().into_owned(), RawSetting { origin, raw: Raw::Toml(value) }))
        });
        let folder = path.parent().map(Path::to_owned);
        Ok(RawSettings { by_name: given.collect(), was_read: true, folder, credentials: None })
    }
}

/// What all sources give.
#[derive(Default)]
pub(super) struct RawSettings {
    pub(super) by_name: BTreeMap<String, RawSetting>,
    /// There is a settings file, in this folder.
    pub(super) was_read: bool,
    pub(super) folder: Option<PathBuf>,
    /// Where systemd keeps secrets.
    pub(super) credentials: Option<PathBuf>,
}

/// A value as a source gives it.
#[derive(Clone, PartialEq)]
pub(super) struct RawSetting {
    pub(super) origin: Origin,
    pub(super) raw: Raw,
}

/// A value that has no type yet.
#[derive(Clone, PartialEq)]
pub(super) enum Raw {
    Toml(toml::Value),
    Text(String),
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Raw::Toml(value) => value.fmt(f),
            Raw::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    File { file: String, line: Option<usize> },
    Environment { variable: String },
    CommandLine,
    Program,
    SecretFile { path: String },
}

impl Origin {
    /// Of two origins, that with the higher rank wins.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Origin::SecretFile { .. } => 0,
            Origin::File { .. } => 1,
            Origin::Environment { .. } => 2,
            Origin::CommandLine | Origin::Program => 3,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line: Some(line) } => write!(f, "{file}:{line}"),
            Origin::File { file, line: None } => f.write_str(file),
            Origin::Environment { variable } => write!(f, "environment variable {variable}"),
            Origin::CommandLine => f.write_str("--set"),
            Origin::Program => f.write_str("the program"),
            Origin::SecretFile { path } => f.write_str(path),
        }
    }
}
