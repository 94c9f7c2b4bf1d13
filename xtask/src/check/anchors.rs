//! Every anchor in the source is shown or counted by some chapter: one that is left over is litter.

use super::directives;
use crate::{
    Fault,
    book::{self, Chapter},
    fault::line_at,
    workspace,
};
use regex::Regex;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*//\s*ANCHOR:\s*([\w-]+)").expect("a pattern"));

pub(super) fn faults(root: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Fault>> {
    let shown: BTreeSet<_> = directives(chapters, &["listing", "lines"])
        .map(|(_, directive)| directive.argument)
        .collect();
    let mut faults = Vec::new();
    let folders = workspace::top_folders(root)?;
    let files = folders.iter().map(|folder| book::files(&root.join(folder)));
    let files = files.collect::<anyhow::Result<Vec<_>>>()?;
    for file in files.into_iter().flatten() {
        let is_code = file.extension().is_some_and(|kind| kind == "rs" || kind == "js");
        let text = if is_code { fs::read_to_string(&file)? } else { continue };
        let path = file.strip_prefix(root)?;
        for captures in ANCHOR.captures_iter(&text) {
            let anchor = captures.get(1).expect("the pattern has one group");
            if !shown.contains(&format!("{}:{}", path.display(), anchor.as_str())) {
                let what = format!(
                    "no chapter shows the anchor {}; show it, or take it out",
                    anchor.as_str()
                );
                faults.push(Fault::new(path, line_at(&text, anchor.start()), what));
            }
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_shown_by_a_listing_or_a_count() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("steps")).unwrap();
        let manifest = "[workspace]\nmembers = [\"steps/0-a\"]\n";
        fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
        fs::write(root.path().join("steps/x.rs"), "// ANCHOR: x\n// ANCHOR_END: x\n").unwrap();
        for (directive, left) in [("listing", 0), ("lines", 0), ("constant", 1)] {
            let text = format!("{{{{#{directive} steps/x.rs:x}}}}\n");
            let chapter = Chapter { file: "x.md".into(), text };
            assert_eq!(faults(root.path(), &[chapter]).unwrap().len(), left, "{directive}");
        }
    }
}
