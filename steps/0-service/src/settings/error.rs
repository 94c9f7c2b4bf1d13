//! What is wrong with settings, each problem in one sentence: where, which, what, and what to do.

use super::sources::{Origin, RawSetting};
use std::fmt;

/// Everything that is wrong with a program's settings; displays a line for each problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Never empty.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong. Displays as `numbers.toml:3: rate_per_minut: no such setting; did you
/// mean rate_per_minute?`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    origin: Origin,
    what: String,
}

impl SettingsError {
    pub(super) fn unless_empty(problems: Vec<Problem>) -> Result<(), SettingsError> {
        if problems.is_empty() { Ok(()) } else { Err(SettingsError { problems }) }
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        SettingsError { problems: vec![problem] }
    }
}

impl Problem {
    pub(super) fn new(origin: Origin, what: impl Into<String>) -> Self {
        Problem { origin, what: what.into() }
    }

    pub(super) fn unknown(name: &str, given: &RawSetting, known: &[String]) -> Self {
        let nearest = known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(name, known), known))
            .filter(|(distance, known)| *distance <= known.len().max(name.len()) / 2)
            .min();
        let advice = match nearest {
            Some((_, nearest)) => format!("did you mean {nearest}?"),
            None => "the command `settings` lists them all".into(),
        };
        Problem::new(given.origin.clone(), format!("{name}: no such setting; {advice}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.what)
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.problems.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for SettingsError {}
