//! Finds what the book could lie by.
//!
//! | rule | in |
//! | --- | --- |
//! | the book builds, strictly | [`crate::book`] |
//! | no code, output, measured figure or picture is typed | `typed.rs` |
//! | all source that is listed or counted is compiled | `compiled.rs` |
//! | every anchor is shown or counted | `anchors.rs` |
//! | every pane is shown, and every session that is shown is recorded | `panes.rs` |
//! | every command that is named exists | `commands.rs` |
//! | charts are what their results draw | `charts.rs` |
//! | screenshots show the page as it is, and chapters and the README show them | `screenshots.rs` |
//! | links lead somewhere | `links.rs` |

mod anchors;
mod charts;
mod commands;
mod compiled;
mod links;
mod panes;
mod screenshots;
mod typed;

use crate::{
    Fault, Faults,
    book::{self, Chapter, directives::Directives},
};
use std::{fmt, fs, path::Path};

/// What was checked, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    chapters: usize,
    directives: usize,
    snapshots: usize,
    links: usize,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checked { chapters, directives, snapshots, links } = self;
        write!(f, "{chapters} chapters, {directives} directives, {snapshots} panes, {links} links")
    }
}

/// Checks everything that can be checked without running the sessions.
pub fn check(root: &Path) -> anyhow::Result<Checked> {
    let chapters = book::chapters(root)?;
    let mut faults = Vec::new();
    for chapter in &chapters {
        // What the build would find, for all chapters and not only those that the summary names.
        faults.extend(book::expand(root, chapter).err().into_iter().flatten());
        faults.extend(typed::faults(chapter));
        faults.extend(commands::faults(root, chapter)?);
    }
    faults.extend(compiled::faults(root, &chapters)?);
    let (snapshots, found) = panes::faults(root, &chapters)?;
    faults.extend(found);
    faults.extend(anchors::faults(root, &chapters)?);
    faults.extend(charts::faults(root)?);
    faults.extend(screenshots::faults(root, &chapters));
    Faults::unless_empty(faults)?;

    let folder = tempfile::tempdir()?;
    book::build(root, folder.path())?;
    let (links, found) = links::faults(folder.path(), &chapters)?;
    Faults::unless_empty(found)?;
    let directives = chapters.iter().map(|chapter| Directives::of(&chapter.text).count()).sum();
    Ok(Checked { chapters: chapters.len(), directives, snapshots, links })
}

/// Fails on snapshots that are not in `references`, the list that insta wrote of those that were
/// compared.
pub fn unreferenced(root: &Path, references: &Path) -> Result<(), Faults> {
    let compared = fs::read_to_string(references).unwrap_or_default();
    let compared: Vec<_> =
        compared.lines().filter_map(|line| fs::canonicalize(line).ok()).collect();
    let snapshots = book::files(&root.join(book::SNAPSHOTS)).unwrap_or_default();
    let left = snapshots.into_iter().filter(|snapshot| !compared.contains(snapshot));
    let fault = |snapshot: std::path::PathBuf| {
        let file = snapshot.strip_prefix(root).unwrap_or(&snapshot).to_owned();
        Fault::new(file, 1, "no session compares this snapshot; delete it, or write its session")
    };
    Faults::unless_empty(left.map(fault).collect())
}

/// The directives of all chapters that have one of these names.
fn directives<'a>(
    chapters: &'a [Chapter],
    names: &'a [&str],
) -> impl Iterator<Item = (&'a Chapter, book::directives::Directive)> {
    let of = move |chapter: &'a Chapter| {
        Directives::of(&chapter.text).map(move |directive| (chapter, directive))
    };
    chapters
        .iter()
        .flat_map(of)
        .filter(move |(_, directive)| names.contains(&directive.name.as_str()))
}
