//! A damage to the book, and what kinds there are.

use crate::book::Chapter;
use std::path::{Path, PathBuf};
use strum::{Display, EnumIter};

/// A way to damage the book. Displays as the words of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, EnumIter)]
pub(super) enum DamageKind {
    #[strum(to_string = "a file that is missing")]
    MissingFile,
    #[strum(to_string = "an anchor that is removed")]
    RemovedAnchor,
    #[strum(to_string = "an anchor that is never closed")]
    UnclosedAnchor,
    #[strum(to_string = "an anchor that is empty")]
    EmptyAnchor,
    #[strum(to_string = "an anchor that is there twice")]
    DoubledAnchor,
    #[strum(to_string = "an anchor that nobody shows")]
    UnusedAnchor,
    #[strum(to_string = "an include by line number")]
    LineNumbers,
    #[strum(to_string = "a listing that is too long")]
    LongListing,
    #[strum(to_string = "a directive that does not exist")]
    UnknownDirective,
    #[strum(to_string = "a fence that is typed")]
    TypedFence,
    #[strum(to_string = "code that is typed in another way")]
    TypedCode,
    #[strum(to_string = "a listing of source that is not compiled")]
    UncompiledListing,
    #[strum(to_string = "a pane that does not exist")]
    UnknownPane,
    #[strum(to_string = "a snapshot that nobody includes")]
    UnusedSnapshot,
    #[strum(to_string = "a figure that is typed")]
    TypedFigure,
    #[strum(to_string = "a result that does not exist")]
    UnknownResult,
    #[strum(to_string = "a result that was changed by hand")]
    ChangedResult,
    #[strum(to_string = "a drawing without words")]
    SilentDrawing,
    #[strum(to_string = "a chart that is not what its results draw")]
    ChangedChart,
    #[strum(to_string = "a link or a command that leads nowhere")]
    DeadLink,
    #[strum(to_string = "a typed picture")]
    TypedPicture,
    #[strum(to_string = "a screenshot of a page that has changed")]
    StaleScreenshot,
    #[strum(to_string = "a screenshot that is not shown, or not as it was taken")]
    OtherScreenshot,
    #[strum(to_string = "an output of which a digit was changed")]
    ChangedOutput,
    #[strum(to_string = "a command of which a digit was changed")]
    ChangedCommand,
    #[strum(to_string = "a snapshot that no session compares")]
    StraySnapshot,
}

/// A file of the copy that is changed or added.
pub(super) struct Damage {
    pub(super) kind: DamageKind,
    /// From the root.
    pub(super) file: PathBuf,
    /// What was done, in a few words.
    pub(super) how: String,
    /// What the file has in it then.
    pub(super) content: Vec<u8>,
}

impl Damage {
    /// A file that is another.
    pub(super) fn new(
        kind: DamageKind,
        file: impl AsRef<Path>,
        how: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        Damage { kind, file: file.as_ref().into(), how: how.into(), content: content.into() }
    }

    /// A chapter with another text.
    pub(super) fn of(
        kind: DamageKind,
        chapter: &Chapter,
        how: impl Into<String>,
        text: String,
    ) -> Self {
        Self::new(kind, &chapter.file, how, text)
    }
}

/// The text with another digit at `at`.
pub(super) fn other_digit(text: &str, at: usize) -> String {
    let digit = if text[at..].starts_with('7') { "8" } else { "7" };
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}
