//! Damages to the text of the book, and to what it is made of.

use super::{
    damage::{Damage, DamageKind, other_digit},
    screenshots, spread,
};
use crate::book::{self, Chapter, directives::Directive, directives::Directives};
use anyhow::Context;
use bench::Results;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// All damages that are tried on the copy of the project.
pub(super) fn all(copy: &Path) -> anyhow::Result<Vec<Damage>> {
    let chapters = book::chapters(copy)?;
    let mut damages = Vec::new();
    damages.extend(of_listings(&chapters));
    damages.extend(of_anchors(copy, &chapters)?);
    damages.extend(of_typing(&chapters));
    damages.extend(of_compiling(copy, &chapters)?);
    damages.extend(of_panes(copy, &chapters)?);
    damages.extend(of_results(copy, &chapters)?);
    damages.extend(of_drawings(copy)?);
    damages.extend(of_links(&chapters));
    damages.extend(screenshots::all(copy, &chapters)?);
    damages.sort_by_key(|damage| damage.kind);
    Ok(damages)
}

/// Three directives of this name, each with its chapter.
fn some<'a>(
    chapters: &'a [Chapter],
    name: &str,
    fits: impl Fn(&Directive) -> bool,
) -> Vec<(&'a Chapter, Directive)> {
    let all = chapters.iter().flat_map(|chapter| {
        Directives::of(&chapter.text).map(move |directive| (chapter, directive))
    });
    spread(all.filter(|(_, directive)| directive.name == name && fits(directive)).collect())
}

/// The chapter's text with another directive in the place of one.
fn with(chapter: &Chapter, directive: &Directive, name: &str, argument: &str) -> String {
    let mut text = chapter.text.clone();
    text.replace_range(directive.range.clone(), &format!("{{{{#{name} {argument}}}}}"));
    text
}

fn of_listings(chapters: &[Chapter]) -> Vec<Damage> {
    let mut damages = Vec::new();
    for (chapter, directive) in some(chapters, "listing", |_| true) {
        let (file, _) = directive.file();
        let text =
            with(chapter, &directive, "listing", &directive.argument.replace(".rs", "_gone.rs"));
        damages.push(Damage::of(
            DamageKind::MissingFile,
            chapter,
            format!("lists {file} by another name"),
            text,
        ));
        let text = with(chapter, &directive, "listing", &format!("{file}:3:9"));
        damages.push(Damage::of(
            DamageKind::LineNumbers,
            chapter,
            format!("lists lines 3 to 9 of {file}"),
            text,
        ));
        let log = "steps/4-message-hub/src/log.rs";
        let text = with(chapter, &directive, "listing", log);
        damages.push(Damage::of(
            DamageKind::LongListing,
            chapter,
            format!("lists all of {log}"),
            text,
        ));
        let text = with(chapter, &directive, "lisitng", &directive.argument);
        damages.push(Damage::of(DamageKind::UnknownDirective, chapter, "lisitng", text));
    }
    damages
}

fn of_anchors(copy: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for (_, directive) in some(chapters, "listing", |directive| directive.argument.contains(':')) {
        let (file, anchor) = directive.file();
        let anchor = anchor.context("it has one")?;
        let text = fs::read_to_string(copy.join(file))?;
        let (open, close) =
            (format!("// ANCHOR: {anchor}\n"), format!("// ANCHOR_END: {anchor}\n"));
        let start = text.find(&open).with_context(|| format!("{file}: {anchor}"))? + open.len();
        let end = text.find(&close).with_context(|| format!("{file}: {anchor}"))?;
        let changes = [
            (DamageKind::RemovedAnchor, text.replacen(&open, "", 1)),
            (DamageKind::UnclosedAnchor, text.replacen(&close, "", 1)),
            (DamageKind::EmptyAnchor, format!("{}{}", &text[..start], &text[end..])),
            (DamageKind::DoubledAnchor, format!("{text}\n{open}// again\n{close}")),
            (
                DamageKind::UnusedAnchor,
                format!("{text}\n// ANCHOR: litter\n// left over\n// ANCHOR_END: litter\n"),
            ),
        ];
        damages.extend(changes.map(|(kind, text)| Damage {
            kind,
            file: file.into(),
            how: anchor.into(),
            content: text.into(),
        }));
    }
    Ok(damages)
}

fn of_typing(chapters: &[Chapter]) -> Vec<Damage> {
    let fences = [
        "```rust\nfn main() {}\n```",
        "```console\n$ ls\n```",
        "> ~~~text\n> 5\n> ~~~",
        "- so:\n\n  ```diff\n  +x\n  ```",
    ];
    let others =
        ["    $ ./just step 1", "<pre>5</pre>", "It prints <code>5</code>.", "<samp>5</samp>"];
    let figures =
        ["It takes 3 KiB.", "It came after 2.5 ms.", "It is 3 times faster.", "It saves 40%."];
    let pictures = [
        "![The page](figures/page-light.png)",
        "It is ![so][page].\n\n[page]: figures/page-light.png",
        "<img src=\"figures/page-light.png\" alt=\"The page\">",
        "It is <img src=\"figures/page-light.png\" alt=\"so\">.",
    ];
    let mut damages = Vec::new();
    let typed = [
        (DamageKind::TypedFence, fences),
        (DamageKind::TypedCode, others),
        (DamageKind::TypedFigure, figures),
        (DamageKind::TypedPicture, pictures),
    ];
    for (kind, texts) in typed {
        let chapters =
            chapters.iter().filter(|chapter| !chapter.file.ends_with("SUMMARY.md")).cycle();
        for (typed, chapter) in texts.iter().zip(chapters) {
            damages.push(Damage::of(
                kind,
                chapter,
                format!("{typed:?}"),
                format!("{}\n\n## More\n\n{typed}\n", chapter.text),
            ));
        }
    }
    damages
}

/// Takes the declaration of a listed module away, so that no crate compiles it.
fn of_compiling(copy: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Damage>> {
    let mut listed = BTreeSet::new();
    for (_, directive) in chapters.iter().flat_map(|chapter| {
        Directives::of(&chapter.text).map(move |directive| (chapter, directive))
    }) {
        if directive.name == "listing" {
            listed.insert(PathBuf::from(directive.file().0));
        }
    }
    let mut damages = Vec::new();
    for file in listed {
        let (Some(folder), Some(module)) = (file.parent(), file.file_stem()) else { continue };
        for parent in [folder.join("lib.rs"), folder.join("mod.rs")] {
            let text = fs::read_to_string(copy.join(&parent)).unwrap_or_default();
            let declaration = format!("\nmod {};\n", module.to_string_lossy());
            if text.contains(&declaration) {
                let how = format!("without its module {}", module.to_string_lossy());
                damages.push(Damage::new(
                    DamageKind::UncompiledListing,
                    parent,
                    how,
                    text.replacen(&declaration, "\n", 1),
                ));
            }
        }
    }
    Ok(spread(damages))
}

fn of_panes(copy: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for (chapter, directive) in some(chapters, "session", |_| true) {
        let (session, _) = directive.argument.split_once(':').unwrap_or((&directive.argument, ""));
        let text = with(chapter, &directive, "session", &format!("{session}:nobody"));
        damages.push(Damage::of(
            DamageKind::UnknownPane,
            chapter,
            format!("{session}:nobody"),
            text,
        ));
    }
    for snapshot in spread(book::files(&copy.join(book::SNAPSHOTS))?) {
        let text = fs::read_to_string(&snapshot)?;
        let name =
            snapshot.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        let file = Path::new(book::SNAPSHOTS).join(format!("forgotten-{name}"));
        damages.push(Damage::new(
            DamageKind::UnusedSnapshot,
            file,
            format!("a copy of {name}"),
            text,
        ));
    }
    Ok(damages)
}

fn of_results(copy: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for (chapter, directive) in some(chapters, "result", |_| true) {
        let text = with(chapter, &directive, "result", &format!("{}s", directive.argument));
        damages.push(Damage::of(
            DamageKind::UnknownResult,
            chapter,
            format!("{}s", directive.argument),
            text,
        ));
    }
    for (name, _) in bench::CHARTS {
        let file = Results::file(name);
        let text = fs::read_to_string(copy.join(&file))?;
        let figures: Vec<_> = text
            .match_indices(" = ")
            .filter(|(at, _)| text[at + 3..].starts_with(|first: char| first.is_ascii_digit()))
            .collect();
        for (at, _) in spread(figures) {
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            let how = format!("another {line}");
            damages.push(Damage::new(
                DamageKind::ChangedResult,
                file.clone(),
                how,
                other_digit(&text, at + 3),
            ));
        }
    }
    Ok(damages)
}

fn of_drawings(copy: &Path) -> anyhow::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    let folder = Path::new(book::CHAPTERS).join("figures");
    for (name, tag) in [("service", "title"), ("runtimes", "desc"), ("queue", "role=\"img\"")] {
        let file = folder.join(format!("{name}.svg"));
        let text = fs::read_to_string(copy.join(&file))?.replace(tag, "g");
        damages.push(Damage::new(
            DamageKind::SilentDrawing,
            file,
            format!("without its {tag}"),
            text,
        ));
    }
    for (name, _) in bench::CHARTS {
        let file = bench::chart_file(name);
        let text = fs::read_to_string(copy.join(&file))?;
        let widths: Vec<_> =
            text.match_indices(" width=\"").map(|(at, found)| at + found.len()).collect();
        for at in spread(widths) {
            let how = format!("another width of a bar, at byte {at}");
            damages.push(Damage::new(
                DamageKind::ChangedChart,
                file.clone(),
                how,
                other_digit(&text, at),
            ));
        }
    }
    Ok(damages)
}

fn of_links(chapters: &[Chapter]) -> Vec<Damage> {
    let ends = [
        "[gone](gone.md)",
        "[gone](1-number-server.md#gone)",
        "[gone](figures/gone.svg)",
        "[gone](glossary.md#gone)",
        "`./just setp 1`",
    ];
    let chapters = chapters.iter().filter(|chapter| !chapter.file.ends_with("SUMMARY.md")).cycle();
    let damage = |(end, chapter): (&&str, &Chapter)| {
        Damage::of(DamageKind::DeadLink, chapter, *end, format!("{}\n\nSee {end}.\n", chapter.text))
    };
    ends.iter().zip(chapters).map(damage).collect()
}
