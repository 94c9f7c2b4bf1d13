//! Results: figures that a benchmark or a screenshot has written, for the book to quote.

use crate::digest;
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// Where results are, from the root.
const FOLDER: &str = "book/results";

/// What one run of a benchmark, or one screenshot, found: `book/results/NAME.toml`.
///
/// The file is sealed by a digest, so that a figure changed by hand is noticed.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The command that a reader can repeat.
    pub command: String,
    /// The day of the run, as `2026-11-22`.
    pub date: String,
    /// What it ran on.
    pub machine: String,
    /// The figures, in tables by what was measured.
    pub figures: Table,
}

impl Results {
    /// The file of the results `name`, from the root.
    pub fn file(name: &str) -> PathBuf {
        Path::new(FOLDER).join(format!("{name}.toml"))
    }

    /// Reads results, and checks their seal.
    pub fn read(root: &Path, name: &str) -> Result<Self, String> {
        let file = Self::file(name);
        let in_file = |error: String| format!("{}: {error}", file.display());
        let text =
            fs::read_to_string(root.join(&file)).map_err(|error| in_file(error.to_string()))?;
        let mut table: Table =
            text.parse().map_err(|error: toml::de::Error| in_file(error.message().into()))?;
        let mut take = |key: &str| match table.remove(key) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(in_file(format!("{key} is missing"))),
        };
        let (command, date, machine, seal) =
            (take("command")?, take("date")?, take("machine")?, take("seal")?);
        let results = Results { command, date, machine, figures: table };
        if results.seal() != seal {
            return Err(in_file(format!(
                "a figure was changed by hand; `{}` writes them",
                results.command
            )));
        }
        Ok(results)
    }

    /// Writes results, sealed.
    pub fn write(&self, root: &Path, name: &str) -> anyhow::Result<()> {
        let file = root.join(Self::file(name));
        fs::create_dir_all(root.join(FOLDER))?;
        let text = format!(
            "# Written by `{}`; not to be edited.\nseal = \"{}\"\n{}",
            self.command,
            self.seal(),
            self.body()
        );
        fs::write(&file, text).with_context(|| file.display().to_string())
    }

    fn body(&self) -> String {
        let head = [("command", &self.command), ("date", &self.date), ("machine", &self.machine)];
        let head: String = head
            .iter()
            .map(|(key, text)| format!("{key} = {}\n", Value::String(text.to_string())))
            .collect();
        format!("{head}\n{}", self.figures)
    }

    fn seal(&self) -> String {
        digest::of(self.body())
    }

    /// A figure by its keys, such as `tokio.connect_seconds`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let (first, rest) =
            key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
        let value = self.figures.get(first)?;
        rest.map_or(Some(value), |rest| {
            rest.split('.').try_fold(value, |value, key| value.get(key))
        })
    }

    /// What `{{#result NAME KEY}}` becomes: the figure, with command, machine and date beside it.
    pub fn figure(root: &Path, argument: &str) -> Result<String, String> {
        let (name, key) =
            argument.split_once(' ').ok_or("a result is named by its file and its key")?;
        let results = Self::read(root, name)?;
        let key = key.trim();
        let text = match (key, results.get(key)) {
            ("command", _) => results.command.clone(),
            ("date", _) => results.date.clone(),
            ("machine", _) => results.machine.clone(),
            (_, Some(Value::Integer(number))) => number.to_string(),
            (_, Some(Value::Float(number))) => number.to_string(),
            (_, Some(Value::String(text))) => text.clone(),
            _ => return Err(format!("{}: there is no figure {key}", Self::file(name).display())),
        };
        Ok(format!(
            "<span class=\"result\" title=\"{}: {}, {}\">{text}</span>",
            results.command, results.date, results.machine
        ))
    }
}
