//! How many lines of code a file has, so that no chapter counts by hand.

use super::source::included;
use std::path::Path;

/// What `{{#lines FILE}}` or `{{#lines FILE:ANCHOR}}` becomes: a number, in the midst of a sentence.
pub(super) fn count(root: &Path, argument: &str) -> Result<String, String> {
    let (_, text) = included(root, argument)?;
    let lines = text.lines().filter(|line| is_code(line)).count();
    Ok(format!("<span class=\"result\" title=\"lines of code in {argument}\">{lines}</span>"))
}

/// Whether a line is neither blank nor only a comment; `//` begins `///` and `//!`, too.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::count;
    use std::fs;

    const TEXT: &str = "//! A module.\n\n/// Adds.\nfn add() {\n    // ANCHOR: sum\n    // The sum.\n    let sum = 1 + 1; // two\n\n    // ANCHOR_END: sum\n}\n";

    fn counted(argument: &str) -> Result<String, String> {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("add.rs"), TEXT).unwrap();
        count(root.path(), argument)
    }

    #[test]
    fn neither_blank_lines_nor_comments_nor_anchors_are_code() {
        for (argument, lines) in [("add.rs", 3), ("add.rs:sum", 1)] {
            let expected = format!(
                "<span class=\"result\" title=\"lines of code in {argument}\">{lines}</span>"
            );
            assert_eq!(counted(argument).unwrap(), expected);
        }
    }

    #[test]
    fn it_is_as_strict_as_a_listing() {
        let cases = [
            ("gone.rs", "gone.rs: No such file"),
            ("add.rs:gone", "add.rs: there is no anchor gone; the file has sum"),
            ("add.rs:4:9", "add.rs is included by line number"),
            ("../add.rs", "../add.rs: give the path from the project's root"),
        ];
        for (argument, expected) in cases {
            let error = counted(argument).unwrap_err();
            assert!(error.starts_with(expected), "{argument}: {error}");
        }
    }
}
