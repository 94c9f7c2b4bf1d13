//! Secrets: settings that are never shown, and that a file of their own may hold.
//!
//! A secret `publish_token` comes from the first of these that has it:
//!
//! 1. `publish_token`, in the settings file or the environment, or `publish_token_file`, the path of a
//!    file that holds it; as for all settings, the environment wins;
//! 2. a file of its name in the folder that systemd names in `CREDENTIALS_DIRECTORY`.
//!
//! It is refused on the command line, which every user of the machine can read.

use super::{
    Problem, Toml, Value,
    sources::{FILE_SUFFIX, Origin, Raw, RawSetting, RawSettings},
};
use std::{
    borrow::Cow,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Stands for a secret where one would be shown.
pub(super) const REDACTED: &str = "[redacted]";

/// How many bytes a file may have that holds a secret.
const MAX_FILE_BYTES: u64 = 4096;

/// A text that is never shown: not in a log, not by `settings` or `status`, not in an error.
///
/// It is one line, at least a character long, and neither begins nor ends with a space.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever compares or sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Value for Secret {
    const IS_SECRET: bool = true;

    fn expected() -> String {
        "a text of one line, not empty".into()
    }

    fn from_toml(toml: &Toml) -> Option<Self> {
        let text = toml.as_str()?;
        let is_line = !text.is_empty() && text.trim() == text && !text.contains(char::is_control);
        is_line.then(|| Secret(text.into()))
    }

    fn to_toml(&self) -> Option<Toml> {
        Some(REDACTED.into())
    }
}

/// The name of the setting that names the file of the secret `name`.
pub(super) fn file_setting(name: &str) -> String {
    format!("{name}{FILE_SUFFIX}")
}

/// What is given for the secret `name`, wherever it comes from.
pub(super) fn find(name: &str, given: &RawSettings) -> Result<Option<RawSetting>, Problem> {
    let file_name = file_setting(name);
    match (given.by_name.get(name), given.by_name.get(&file_name)) {
        (Some(secret), Some(file)) if secret.origin.rank() == file.origin.rank() => {
            let what = format!("{name} and {file_name}: give one of them, not both");
            Err(Problem::new(file.origin.clone(), what))
        }
        (Some(secret), file)
            if file.is_none_or(|file| secret.origin.rank() > file.origin.rank()) =>
        {
            literal(name, secret).map(Some)
        }
        (_, Some(file)) => read_named(&file_name, file, given).map(Some),
        (_, None) => read_credential(name, given),
    }
}

/// A secret that is given itself. Its text means what it says: nothing is taken for TOML.
fn literal(name: &str, secret: &RawSetting) -> Result<RawSetting, Problem> {
    if secret.origin == Origin::CommandLine {
        let variable = name.to_uppercase();
        let what = format!(
            "{name} is a secret, and everybody on this machine can read a command line; \
             give it in the settings file, as SERVICE_{variable}, or in a file that {name}_file names"
        );
        return Err(Problem::new(secret.origin.clone(), what));
    }
    let raw = match &secret.raw {
        Raw::Text(text) => Raw::Toml(text.as_str().into()),
        raw => raw.clone(),
    };
    Ok(RawSetting { raw, origin: secret.origin.clone() })
}

/// The secret in the file that a setting names. Its path is relative to the settings file, or to the
/// folder where the command was typed that gave it.
fn read_named(name: &str, file: &RawSetting, given: &RawSettings) -> Result<RawSetting, Problem> {
    let path = match &file.raw {
        Raw::Text(text) | Raw::Toml(Toml::String(text)) if !text.is_empty() => Path::new(text),
        raw => {
            let what = format!("{name}: expected the path of a file, found {raw}");
            return Err(Problem::new(file.origin.clone(), what));
        }
    };
    let path = match (&file.origin, &given.folder) {
        (Origin::File { .. }, Some(folder)) => Cow::from(folder.join(path)),
        _ => Cow::from(path),
    };
    read(&path).map_err(|error| {
        Problem::new(file.origin.clone(), format!("{name}: {}: {error}", path.display()))
    })
}

/// The secret that systemd keeps for this service, if it does.
fn read_credential(name: &str, given: &RawSettings) -> Result<Option<RawSetting>, Problem> {
    let Some(folder) = &given.credentials else { return Ok(None) };
    let path = folder.join(name);
    match read(&path) {
        // A folder that is gone, as when its unit has been stopped, would be a secret that is gone.
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => Ok(None),
        result => result.map(Some).map_err(|error| {
            let origin = Origin::SecretFile { path: path.display().to_string() };
            Problem::new(origin, format!("{name}: {error}"))
        }),
    }
}

fn read(path: &Path) -> io::Result<RawSetting> {
    // To open something else, such as a pipe, could wait for ever.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("longer than {MAX_FILE_BYTES} bytes")));
    }
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let secret = line.unwrap_or(&text);
    let origin = Origin::SecretFile { path: path.display().to_string() };
    Ok(RawSetting { origin, raw: Raw::Toml(secret.into()) })
}
