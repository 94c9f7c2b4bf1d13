//! One version of each dependency in the tree, but for those that a dependency of ours insists on.

use anyhow::{Context, bail};
use std::{collections::BTreeMap, fs, path::Path};
use toml::{Table, Value};

/// Fails if `Cargo.lock` has a package in two versions and `[workspace.metadata.two-versions]`
/// gives no reason for it, or gives one that is not needed any more.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let lock: Table = fs::read_to_string(root.join("Cargo.lock"))?.parse().context("Cargo.lock")?;
    let manifest: Table =
        fs::read_to_string(root.join("Cargo.toml"))?.parse().context("Cargo.toml")?;
    let metadata = ["workspace", "metadata", "two-versions"]
        .iter()
        .try_fold(&Value::Table(manifest), |table, key| table.get(key))
        .cloned();
    let excused = metadata.and_then(|table| table.as_table().cloned()).unwrap_or_default();

    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
        if let (Some(name), Some(version)) = (
            package.get("name").and_then(Value::as_str),
            package.get("version").and_then(Value::as_str),
        ) {
            versions.entry(name).or_default().push(version);
        }
    }
    versions.retain(|_, versions| versions.len() > 1);
    let mut wrong: Vec<_> = versions
        .iter()
        .filter(|(name, _)| !excused.contains_key(**name))
        .map(|(name, versions)| {
            format!("Cargo.lock: {name} is there in the versions {}", versions.join(" and "))
        })
        .collect();
    wrong.extend(excused.keys().filter(|name| !versions.contains_key(name.as_str())).map(|name| {
        format!("Cargo.toml: two-versions excuses {name}, of which there is one version")
    }));
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}
