//! Turns chapters into pages. mdBook renders; what it would include is included here, strictly.

mod anchors;
pub(crate) mod directives;
mod lines;
mod panes;
mod preprocessor;
mod screenshot;
mod source;

pub(crate) use bench::files;
pub(crate) use panes::{named as panes_named, snapshot_file, transcript};

use crate::{Fault, Faults};
use anyhow::Context;
use directives::Directives;
use mdbook_driver::{MDBook, config::Config};
use preprocessor::Strict;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// The chapters' folder, from the root.
pub const CHAPTERS: &str = "book/src";

/// The panes' folder, from the root.
pub const SNAPSHOTS: &str = "tests/snapshots";

/// Writes the book of the project at `root` to `folder`.
pub fn build(root: &Path, folder: &Path) -> anyhow::Result<()> {
    build_with(root, folder, |_| Ok(()))
}

/// Writes the book as `change` would have it configured.
pub(crate) fn build_with(
    root: &Path,
    folder: &Path,
    change: impl FnOnce(&mut Config) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut config = Config::from_disk(root.join("book.toml")).context("book.toml")?;
    config.set("build.build-dir", folder)?;
    change(&mut config)?;
    let faults = Arc::new(Mutex::new(Vec::new()));
    let mut book = MDBook::load_with_config(root, config)?;
    book.with_preprocessor(Strict { root: root.to_owned(), faults: faults.clone() });
    let built = book.build();
    let faults = std::mem::take(&mut *faults.lock().expect("the build is over"));
    Faults::unless_empty(faults)?;
    built
}

/// A chapter as it is written, before anything is included.
pub(crate) struct Chapter {
    /// From the root.
    pub(crate) file: PathBuf,
    pub(crate) text: String,
}

/// All chapters, and the summary, in the order of their names.
pub(crate) fn chapters(root: &Path) -> anyhow::Result<Vec<Chapter>> {
    let mut chapters = Vec::new();
    for file in files(&root.join(CHAPTERS))? {
        if file.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            chapters.push(Chapter { file: file.strip_prefix(root)?.to_owned(), text });
        }
    }
    Ok(chapters)
}

/// What a chapter becomes for mdBook: each directive is replaced by what it stands for.
pub(crate) fn expand(root: &Path, chapter: &Chapter) -> Result<String, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut expanded = String::with_capacity(chapter.text.len() * 2);
    let mut end = 0;
    for directive in Directives::of(&chapter.text) {
        expanded.push_str(&chapter.text[end..directive.range.start]);
        end = directive.range.end;
        match directive.expand(root) {
            Ok(text) => expanded.push_str(&text),
            Err(what) => faults.push(Fault::new(&chapter.file, directive.line, what)),
        }
    }
    expanded.push_str(&chapter.text[end..]);
    if faults.is_empty() { Ok(expanded) } else { Err(faults) }
}
