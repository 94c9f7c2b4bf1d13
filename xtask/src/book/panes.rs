//! Panes: what a terminal of a session showed, as a terminal in the page.

use super::{SNAPSHOTS, source::read};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The prompt that a typed line begins with.
const PROMPT: &str = "$ ";

/// The snapshot of a pane, from the root.
pub(crate) fn snapshot_file(session: &str, pane: &str) -> PathBuf {
    Path::new(SNAPSHOTS).join(format!("{session}.{pane}.snap"))
}

/// The panes that `NAME` or `NAME:PANE,PANE` means.
pub(crate) fn named(root: &Path, argument: &str) -> Result<Vec<(String, String)>, String> {
    let (session, panes) = argument
        .split_once(':')
        .map_or((argument, None), |(session, panes)| (session, Some(panes)));
    let known = recorded(root, session)?;
    let Some(panes) = panes else {
        return Ok(known.into_iter().map(|pane| (session.into(), pane)).collect());
    };
    panes
        .split(',')
        .map(str::trim)
        .map(|pane| match known.iter().any(|known| known == pane) {
            true => Ok((session.into(), pane.into())),
            false => Err(format!(
                "the session {session} has no pane {pane}; it has {}",
                known.join(", ")
            )),
        })
        .collect()
}

/// The panes of a session that have a snapshot.
fn recorded(root: &Path, session: &str) -> Result<Vec<String>, String> {
    let folder =
        fs::read_dir(root.join(SNAPSHOTS)).map_err(|error| format!("{SNAPSHOTS}: {error}"))?;
    let names = folder.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let pane = |name: String| {
        Some(name.strip_prefix(session)?.strip_prefix('.')?.strip_suffix(".snap")?.to_owned())
    };
    let mut panes: Vec<_> = names.filter_map(pane).collect();
    // The reader starts a server before a client.
    panes.sort_by_key(|pane| (!pane.starts_with("server"), pane.clone()));
    if panes.is_empty() {
        return Err(format!("there is no session {session} in {SNAPSHOTS}"));
    }
    Ok(panes)
}

/// The panes as terminals side by side. One line of HTML, so that Markdown leaves it alone.
pub(super) fn session(root: &Path, argument: &str) -> Result<String, String> {
    let panes = named(root, argument)?;
    let terminals: Result<Vec<_>, String> =
        panes.iter().map(|(session, pane)| terminal(root, session, pane)).collect();
    Ok(format!("<div class=\"session\">{}</div>", terminals?.concat()))
}

fn terminal(root: &Path, session: &str, pane: &str) -> Result<String, String> {
    let file = snapshot_file(session, pane);
    let snapshot = read(root, &file.to_string_lossy())?;
    let transcript =
        transcript(&snapshot).ok_or_else(|| format!("{}: not a snapshot", file.display()))?;
    let lines: Vec<_> = transcript.lines().map(line).collect();
    // A newline in the page would end the HTML as Markdown sees it.
    Ok(format!(
        "<figure class=\"terminal\"><figcaption>{}</figcaption><pre class=\"screen\" tabindex=\"0\">{}</pre></figure>",
        escape(pane),
        lines.join("&#10;")
    ))
}

/// What follows the snapshot's header.
pub(crate) fn transcript(snapshot: &str) -> Option<&str> {
    snapshot.strip_prefix("---\n")?.split_once("\n---\n").map(|(_, transcript)| transcript)
}

fn line(line: &str) -> String {
    match line.strip_prefix(PROMPT) {
        Some(command) => {
            format!("<span class=\"prompt\">{PROMPT}</span><kbd>{}</kbd>", escape(command))
        }
        None => escape(line),
    }
}

/// The text as HTML, in or outside of an attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
