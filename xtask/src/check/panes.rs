//! Every pane that is recorded is shown by some chapter.

use super::directives;
use crate::{
    Fault,
    book::{self, Chapter, SNAPSHOTS, snapshot_file},
};
use std::{collections::BTreeSet, path::Path};

/// Returns how many snapshots there are, and the faults.
pub(super) fn faults(root: &Path, chapters: &[Chapter]) -> anyhow::Result<(usize, Vec<Fault>)> {
    let shown: BTreeSet<_> = directives(chapters, &["session"])
        .filter_map(|(_, directive)| book::panes_named(root, &directive.argument).ok()) // the build tells of others
        .flatten()
        .map(|(session, pane)| snapshot_file(&session, &pane))
        .collect();
    let snapshots = book::files(&root.join(SNAPSHOTS))?;
    let mut faults = Vec::new();
    for snapshot in &snapshots {
        let file = snapshot.strip_prefix(root)?;
        if !shown.contains(file) {
            faults.push(Fault::new(
                file,
                1,
                "no chapter shows this pane; show it by {{#session …}}, or delete it",
            ));
        }
    }
    Ok((snapshots.len(), faults))
}
