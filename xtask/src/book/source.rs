//! Reading the files that a chapter names.

use super::anchors::excerpt;
use std::{fs, path::Path};

/// Reads a file of the project. Its name is told in messages as the chapter has it.
pub(super) fn read(root: &Path, file: &str) -> Result<String, String> {
    if Path::new(file).is_absolute() || file.contains("..") {
        return Err(format!("{file}: give the path from the project's root"));
    }
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
}

/// The text of `FILE` or `FILE:ANCHOR`.
pub(super) fn included<'a>(root: &Path, argument: &'a str) -> Result<(&'a str, String), String> {
    let (file, anchor) =
        argument.split_once(':').map_or((argument, None), |(file, anchor)| (file, Some(anchor)));
    if let Some(anchor) = anchor
        && anchor.chars().all(|character| character.is_ascii_digit() || character == ':')
    {
        return Err(format!(
            "{file} is included by line number, which goes stale in silence; use an anchor"
        ));
    }
    let text = read(root, file)?;
    excerpt(&text, anchor).map(|text| (file, text)).map_err(|error| format!("{file}: {error}"))
}
