//! The test programs that cargo compiles.

use anyhow::{Context, ensure};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The test programs that take longest, the longest last.
const LONGEST: [&str; 4] = ["/pages", "/bad_input", "/sessions", "/gateway"];

/// A test program of a package.
pub(super) struct TestProgram {
    /// The folder's name of its package and its own, such as `4-message-hub/token`.
    pub(super) name: String,
    pub(super) executable: PathBuf,
    /// Where cargo would run it.
    pub(super) folder: PathBuf,
}

/// A line that cargo prints of what it has compiled.
#[derive(Deserialize)]
struct Message {
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Compiles the tests of all packages.
pub(super) fn compile(root: &Path) -> anyhow::Result<Vec<TestProgram>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
    let output =
        cargo.current_dir(root).stderr(Stdio::inherit()).output().context("cargo test --no-run")?;
    ensure!(output.status.success(), "the tests do not compile");
    let lines = String::from_utf8(output.stdout)?;
    let messages = lines.lines().map(serde_json::from_str::<Message>);
    let programs = messages.filter_map(|message| match message {
        Ok(message) => TestProgram::of(message).map(Ok),
        Err(error) => Some(Err(error.into())),
    });
    programs.collect()
}

impl TestProgram {
    fn of(message: Message) -> Option<Self> {
        let is_test = message.profile?.test;
        let folder = message.manifest_path?.parent()?.to_owned();
        let package = folder.file_name()?.to_string_lossy().into_owned();
        let name = format!("{package}/{}", message.target?.name);
        let executable = message.executable.filter(|_| is_test)?;
        Some(TestProgram { name, executable, folder })
    }

    /// Where it stands among those that take longest, from 1 on; 0 if it takes little.
    pub(super) fn length(&self) -> usize {
        LONGEST.iter().position(|end| self.name.ends_with(end)).map_or(0, |place| place + 1)
    }

    /// How many of its tests run at a time. Those of the longest do little but wait.
    pub(super) fn threads(&self) -> usize {
        if self.length() > 0 { 4 } else { 2 }
    }
}
