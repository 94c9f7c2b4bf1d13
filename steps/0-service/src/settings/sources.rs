//! Where the values of settings come from.

use super::{Problem, SettingsError};
use std::{collections::BTreeMap, fmt, io, path::PathBuf};
use toml::de::DeTable;

/// The environment variables that are settings begin with this.
const PREFIX: &str = "SERVICE_";

/// Variables with the prefix that are not settings: how the program is called, and where things are.
const RESERVED: [&str; 3] = ["SERVICE_COMMAND", "SERVICE_CONFIG", "SERVICE_STATE_DIR"];

/// The places that settings are read from. Later ones win: file, environment, `--set`.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    file_must_exist: bool,
    environment: Vec<(String, String)>,
    set: Vec<(String, String)>,
}

impl Sources {
    /// Only these values, as if each were given by `--set`.
    pub fn set<K: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (K, V)>) -> Self {
        let set = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Sources { set, ..Sources::default() }
    }

    /// Adds a TOML file. One that need not exist may also come into being before a reload.
    pub fn file(mut self, path: impl Into<PathBuf>, must_exist: bool) -> Self {
        self.file = Some(path.into());
        self.file_must_exist = must_exist;
        self
    }

    /// Adds this process's environment, as it is now.
    pub fn environment(mut self) -> Self {
        let ours = |(name, _): &(String, String)| {
            name.starts_with(PREFIX) && !RESERVED.contains(&name.as_str())
        };
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        self.environment = std::env::vars_os().filter_map(text).filter(ours).collect();
        self
    }

    /// Reads them all. What is given more than once is there once, from the source that wins.
    pub(super) fn read(&self) -> Result<BTreeMap<String, Given>, SettingsError> {
        let mut given = self.read_file()?;
        for (variable, text) in &self.environment {
            let origin = Origin::Environment { variable: variable.clone() };
            given.insert(
                variable[PREFIX.len()..].to_lowercase(),
                Given { origin, raw: Raw::Text(text.clone()) },
            );
        }
        for (name, text) in &self.set {
            given.insert(
                name.clone(),
                Given { origin: Origin::CommandLine, raw: Raw::Text(text.clone()) },
            );
        }
        Ok(given)
    }

    fn read_file(&self) -> Result<BTreeMap<String, Given>, SettingsError> {
        let Some(path) = &self.file else { return Ok(BTreeMap::new()) };
        let file = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.file_must_exist => {
                return Ok(BTreeMap::new());
            }
            Err(error) => {
                let origin = Origin::File { file: path.display().to_string(), line: None };
                return Err(Problem::new(
                    origin,
                    format!("the settings file cannot be read: {error}"),
                )
                .into());
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
            Some((key.into_inner().into_owned(), Given { origin, raw: Raw::Toml(value) }))
        });
        Ok(given.collect())
    }
}

/// A value as a source gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    pub(super) origin: Origin,
    pub(super) raw: Raw,
}

/// A value that has no type yet.
#[derive(Debug, Clone, PartialEq)]
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
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line: Some(line) } => write!(f, "{file}:{line}"),
            Origin::File { file, line: None } => f.write_str(file),
            Origin::Environment { variable } => write!(f, "environment variable {variable}"),
            Origin::CommandLine => f.write_str("--set"),
        }
    }
}
