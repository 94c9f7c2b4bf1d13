//! What is wrong with the book: where, and what to do.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// One thing that is wrong. Displays as `book/src/server.md:12: …`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, from the project's root.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Fault {
    /// A fault in `file` (from the project's root) at `line`.
    pub fn new(file: impl AsRef<Path>, line: usize, what: impl Into<String>) -> Self {
        Fault { file: file.as_ref().to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// All that is wrong; never empty. Displays a line for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// An error, unless there are no faults.
    pub fn unless_empty(mut faults: Vec<Fault>) -> Result<(), Faults> {
        faults.sort();
        faults.dedup();
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}

/// The line, counted from 1, that the byte at `offset` is in.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..offset].bytes().filter(|byte| *byte == b'\n').count()
}
