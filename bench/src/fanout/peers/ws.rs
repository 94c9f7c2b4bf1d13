//! A hub of the usual form on Node's package ws: one thread.

use super::{super::super::process::target, silent};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The hub, from the root.
const SOURCE: &str = "bench/node-ws";

/// Copies the hub to where the package can be installed, and installs that.
pub(super) fn install(root: &Path) -> anyhow::Result<Option<String>> {
    let folder = folder(root);
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "hub.js"] {
        fs::copy(root.join(SOURCE).join(file), folder.join(file))?;
    }
    let version = || -> Option<String> {
        let package = fs::read_to_string(folder.join("node_modules/ws/package.json")).ok()?;
        let package: serde_json::Value = serde_json::from_str(&package).ok()?;
        package.get("version")?.as_str().map(str::to_owned)
    };
    let there = |program| silent(program).arg("--version").status().is_ok();
    if !there("node") || (version().is_none() && !there("npm")) {
        return Ok(None);
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]);
    if version().is_none() && !npm.current_dir(&folder).stdout(Stdio::null()).status()?.success() {
        return Ok(None);
    }
    version().context("npm has installed ws").map(Some)
}

pub(super) fn command(root: &Path, port: u16) -> Command {
    let mut command = silent("node");
    command.arg(folder(root).join("hub.js")).arg(port.to_string());
    command
}

fn folder(root: &Path) -> PathBuf {
    target(root).join("bench/node-ws")
}
