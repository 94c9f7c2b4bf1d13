//! What stands in for mdBook's own `links` preprocessor, which only logs what it cannot include.

use super::{CHAPTERS, Chapter, expand};
use crate::Fault;
use anyhow::bail;
use mdbook_driver::book::{Book, BookItem};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// Replaces directives, and fails the build if any of them is faulty.
pub(super) struct Strict {
    pub(super) root: PathBuf,
    /// Where faults go, as mdBook's errors are only text.
    pub(super) faults: Arc<Mutex<Vec<Fault>>>,
}

impl Preprocessor for Strict {
    /// The name of the one that this replaces.
    fn name(&self) -> &str {
        "links"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let mut faults = self.faults.lock().expect("one build at a time");
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else { return };
            let Some(path) = &chapter.source_path else { return };
            let source = Chapter {
                file: Path::new(CHAPTERS).join(path),
                text: std::mem::take(&mut chapter.content),
            };
            match expand(&self.root, &source) {
                Ok(text) => chapter.content = text,
                Err(found) => faults.extend(found),
            }
        });
        if faults.is_empty() { Ok(book) } else { bail!("{} faults", faults.len()) }
    }
}
