//! The ways to damage a screenshot: the page behind it changes, or the pictures do.

use super::{
    damage::{Damage, DamageKind, other_digit},
    spread,
};
use crate::{
    book::{self, Chapter, directives::Directives},
    screenshots::{self, SCREENSHOTS},
};
use anyhow::Context;
use bench::Results;
use std::{fs, path::Path};

const STALE: DamageKind = DamageKind::StaleScreenshot;
const OTHER: DamageKind = DamageKind::OtherScreenshot;

/// All damages of all screenshots.
pub(super) fn all(copy: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for (name, folder) in SCREENSHOTS {
        damages.extend(of_page(copy, Path::new(folder))?);
        damages.extend(of_pictures(copy, name)?);
        damages.extend(of_chapters(name, chapters));
    }
    damages.push(of_readme(copy)?);
    Ok(damages)
}

/// Changes each file that the page is made of by a bit, at its beginning, in its middle and at its
/// end; and adds a file.
fn of_page(copy: &Path, folder: &Path) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for file in book::files(&copy.join(folder))? {
        let before = fs::read(&file)?;
        for at in spread((0..before.len()).collect()) {
            damages.push(other_byte(STALE, file.strip_prefix(copy)?, &before, at));
        }
    }
    damages.push(Damage {
        kind: STALE,
        file: folder.join("added.js"),
        how: "an empty file is added".into(),
        content: Vec::new(),
    });
    Ok(damages)
}

/// Changes the pictures, and what is known of them.
fn of_pictures(copy: &Path, name: &str) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for scheme in ["light", "dark"] {
        let file = screenshots::file(name, scheme);
        let before = fs::read(copy.join(&file))?;
        damages.push(other_byte(OTHER, &file, &before, before.len() - 1));
    }
    let results = Results::file(name);
    let text = fs::read_to_string(copy.join(&results))?;
    for (kind, key) in [(STALE, "sources"), (OTHER, "light"), (OTHER, "dark")] {
        let start = format!("\n{key} = \"");
        let at = text.find(&start).with_context(|| format!("{name} has no {key}"))? + start.len();
        damages.push(Damage {
            kind,
            file: results.clone(),
            how: format!("another digest, {key}"),
            content: other_digit(&text, at).into(),
        });
    }
    Ok(damages)
}

/// Takes the screenshot out of its chapter, if it is shown once: another would still show it.
fn of_chapters(name: &str, chapters: &[Chapter]) -> Option<Damage> {
    let mut shown = chapters.iter().flat_map(|chapter| {
        Directives::of(&chapter.text)
            .filter(|directive| directive.name == "screenshot" && directive.argument == name)
            .map(move |directive| (chapter, directive))
    });
    let (Some((chapter, directive)), None) = (shown.next(), shown.next()) else { return None };
    let mut text = chapter.text.clone();
    text.replace_range(directive.range, "");
    Some(Damage::of(OTHER, chapter, format!("without the screenshot {name}"), text))
}

fn of_readme(copy: &Path) -> anyhow::Result<Damage> {
    let text = fs::read_to_string(copy.join("README.md"))?.replace("-light.png", "-other.png");
    let how = "shows another picture".into();
    Ok(Damage { kind: OTHER, file: "README.md".into(), how, content: text.into() })
}

/// The file with one bit changed, which leaves text text.
fn other_byte(kind: DamageKind, file: &Path, before: &[u8], at: usize) -> Damage {
    let mut content = before.to_owned();
    content[at] ^= 1;
    Damage { kind, file: file.to_owned(), how: format!("another byte at {at}"), content }
}
