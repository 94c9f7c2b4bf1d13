//! What is in the workspace, as its manifest says.

use anyhow::Context;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// The folder of each package, from the root.
pub(crate) fn members(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let manifest: Table =
        fs::read_to_string(root.join("Cargo.toml"))?.parse().context("Cargo.toml")?;
    let members = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("members"))
        .and_then(Value::as_array);
    let members = members.into_iter().flatten().filter_map(Value::as_str);
    Ok(members.map(PathBuf::from).collect())
}

/// The packages of the steps, in order.
pub(crate) fn steps(root: &Path) -> anyhow::Result<Vec<String>> {
    let members = members(root)?;
    let folders = members.iter().filter_map(|member| member.strip_prefix("steps").ok()?.to_str());
    let packages = folders.filter_map(|folder| Some(folder.split_once('-')?.1.to_owned()));
    Ok(packages.collect())
}

/// The folders of the root that packages are in.
pub(crate) fn top_folders(root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let members = members(root)?;
    Ok(members.iter().filter_map(|member| member.iter().next().map(PathBuf::from)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_package_is_found_by_the_manifest() {
        let root = tempfile::tempdir().unwrap();
        let manifest = "[workspace]\nmembers = [\"steps/0-a\", \"steps/1-b\", \"tool\"]\n";
        fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(members(root.path()).unwrap(), paths(&["steps/0-a", "steps/1-b", "tool"]));
        assert_eq!(steps(root.path()).unwrap(), ["a", "b"]);
        let folders: Vec<_> = top_folders(root.path()).unwrap().into_iter().collect();
        assert_eq!(folders, paths(&["steps", "tool"]));
    }
}
