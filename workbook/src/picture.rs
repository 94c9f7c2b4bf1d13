//! The README's picture: the terminals of a session as an SVG, for where there is no book around
//! them.

use crate::{
    Fault,
    book::{self, snapshot_file},
};
use anyhow::{Context, anyhow};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// The session that the picture shows.
const SESSION: &str = "reload";

/// Where the picture is, from the root.
const FILE: &str = "book/src/figures/running.svg";

const WIDTH: usize = 1120;
const BAR: usize = 30;
const LINE: usize = 19;
const GAP: usize = 12;

/// Panes and the part of the width that each takes, in hundredths.
const PANES: [(&str, usize); 2] = [("server", 68), ("client", 32)];

/// Draws the picture, and writes it.
pub fn write(root: &Path) -> anyhow::Result<()> {
    fs::write(root.join(FILE), draw(root)?).context(FILE)
}

/// A fault, if the picture is not what its session shows.
pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let current = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    let what =
        format!("the picture is not what the session {SESSION} shows; `just accept` draws it");
    Ok(if current == draw(root)? { Vec::new() } else { vec![Fault::new(FILE, 1, what)] })
}

fn draw(root: &Path) -> anyhow::Result<String> {
    let panes: anyhow::Result<Vec<_>> =
        PANES.iter().map(|(pane, part)| Ok((*pane, *part, transcript(root, pane)?))).collect();
    let panes = panes?;
    let lines = panes.iter().map(|(_, _, text)| text.lines().count()).max().unwrap_or(0);
    let height = BAR + (lines + 1) * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"13.5\">\n<title>A number server whose rate is changed while a client listens</title>\n<desc>Two terminals. In one, the server is started, its settings file edited, and reloaded; in the other, a client gets numbers.</desc>\n"
    );
    let mut x = 0;
    for (name, part, text) in &panes {
        let width = WIDTH * part / 100 - GAP;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>"
        );
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"21\" fill=\"#9aa7b4\" font-weight=\"600\">{name}</text>",
            x + 14
        );
        for (index, line) in text.lines().enumerate() {
            let colour = if line.starts_with("$ ") { "#8ec7ff" } else { "#d7dde5" };
            let y = BAR + (index + 1) * LINE - 4;
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{y}\" fill=\"{colour}\" xml:space=\"preserve\">{}</text>",
                x + 14,
                escape(line)
            );
        }
        x += width + GAP;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn transcript(root: &Path, pane: &str) -> anyhow::Result<String> {
    let file: PathBuf = snapshot_file(SESSION, pane);
    let snapshot =
        fs::read_to_string(root.join(&file)).with_context(|| file.display().to_string())?;
    book::transcript(&snapshot)
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("{}: not a snapshot", file.display()))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
