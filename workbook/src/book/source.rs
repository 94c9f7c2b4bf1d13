//! Reading the files that a chapter names.

use std::{fs, path::Path};

/// Reads a file of the project. Its name is told in messages as the chapter has it.
pub(super) fn read(root: &Path, file: &str) -> Result<String, String> {
    if Path::new(file).is_absolute() || file.contains("..") {
        return Err(format!("{file}: give the path from the project's root"));
    }
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
}
