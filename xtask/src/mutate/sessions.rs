//! Changes what the book shows of its sessions, and sees that the sessions notice.

use super::{
    PLACES, Verdict,
    damage::{DamageKind, other_digit},
    spread,
};
use crate::{
    book::{self, SNAPSHOTS},
    check,
};
use anyhow::Context;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Damages panes of several sessions at once, and runs all sessions once.
pub(super) fn verdicts(root: &Path, copy: &Path) -> anyhow::Result<Vec<Verdict>> {
    let outputs = change_digits(copy, |line| !line.starts_with("$ "), &[])?;
    let commands = change_digits(copy, |line| line.starts_with("$ "), &outputs)?;
    let strays = add_strays(copy)?;

    let references = copy.join("references");
    let run = Command::new("cargo")
        .args(["test", "--quiet", "--package", "book-tests", "--test", "sessions"])
        .current_dir(root)
        .env("BOOK_SNAPSHOTS", copy.join(SNAPSHOTS))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_SNAPSHOT_REFERENCES_FILE", &references)
        .env("RUST_BACKTRACE", "0")
        .output()
        .context("cargo test")?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));

    let mut verdicts = Vec::new();
    for (kind, panes) in
        [(DamageKind::ChangedOutput, &outputs), (DamageKind::ChangedCommand, &commands)]
    {
        verdicts.extend(panes.iter().map(|(session, pane, what)| {
            let noticed = format!("The pane {pane:?} of the session {session:?} is not as it was");
            let fault = said.contains(&noticed).then(|| noticed.clone());
            Verdict { kind, place: format!("{session}.{pane}: {what}"), fault }
        }));
    }
    let unreferenced = check::unreferenced(copy, &references).err();
    for stray in strays {
        let fault = unreferenced
            .iter()
            .flat_map(|faults| &faults.0)
            .find(|fault| fault.file == stray)
            .map(ToString::to_string);
        let kind = DamageKind::StraySnapshot;
        verdicts.push(Verdict { kind, place: stray.display().to_string(), fault });
    }
    Ok(verdicts)
}

type Changed = (String, String, String);

/// Changes a digit in one pane of each of a few sessions, other than those already changed.
fn change_digits(
    copy: &Path,
    wanted: impl Fn(&str) -> bool,
    but: &[Changed],
) -> anyhow::Result<Vec<Changed>> {
    let mut candidates = BTreeMap::new();
    for file in book::files(&copy.join(SNAPSHOTS))? {
        let text = fs::read_to_string(&file)?;
        let name = file.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        let Some((session, pane)) = name.trim_end_matches(".snap").split_once('.') else {
            continue;
        };
        let (Some(at), false) =
            (digit(&text, &wanted), but.iter().any(|(other, ..)| other == session))
        else {
            continue;
        };
        candidates.entry(session.to_owned()).or_insert((file, pane.to_owned(), text, at));
    }
    let mut changed = Vec::new();
    for (session, (file, pane, text, at)) in spread(candidates.into_iter().collect()) {
        let line = text[..at].rsplit('\n').next().unwrap_or_default().to_owned()
            + text[at..].lines().next().unwrap_or_default();
        fs::write(&file, other_digit(&text, at))?;
        changed.push((session, pane, format!("in {line:?}")));
    }
    Ok(changed)
}

/// Where the first digit is in a line of the pane that is wanted.
fn digit(snapshot: &str, wanted: &impl Fn(&str) -> bool) -> Option<usize> {
    let transcript = book::transcript(snapshot)?;
    let mut at = snapshot.len() - transcript.len();
    for line in transcript.split_inclusive('\n') {
        if wanted(line)
            && let Some(digit) = line.find(|character: char| character.is_ascii_digit())
        {
            return Some(at + digit);
        }
        at += line.len();
    }
    None
}

/// Adds snapshots that no session has.
fn add_strays(copy: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let strays =
        (1..=PLACES).map(|number| Path::new(SNAPSHOTS).join(format!("stray-{number}.server.snap")));
    strays
        .map(|stray| {
            fs::write(copy.join(&stray), "---\nsource: nowhere\n---\n$ ls\n")
                .map(|()| stray)
                .map_err(Into::into)
        })
        .collect()
}
