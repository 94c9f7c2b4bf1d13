//! Links inside the book lead to a page that exists, and to a place on it.

use crate::{
    Fault,
    book::{self, Chapter},
    fault::line_at,
};
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
    sync::LazyLock,
};

static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?:href|src)="([^"]*)""#).expect("a pattern"));
static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\bid="([^"]+)""#).expect("a pattern"));

/// Returns how many links there are in the built book, and the faults.
pub(super) fn faults(built: &Path, chapters: &[Chapter]) -> anyhow::Result<(usize, Vec<Fault>)> {
    let mut ids = BTreeMap::new();
    let mut pages = Vec::new();
    for file in book::files(built)? {
        if file.extension().is_some_and(|extension| extension == "html") {
            let html = fs::read_to_string(&file)?;
            let found: BTreeSet<_> =
                ID.captures_iter(&html).map(|captures| captures[1].to_owned()).collect();
            ids.insert(file.clone(), found);
            pages.push((file, html));
        }
    }
    let (mut links, mut faults) = (0, Vec::new());
    for (page, html) in &pages {
        for captures in LINK.captures_iter(html) {
            let link = captures[1].replace("&amp;", "&");
            // Search fills in `href` by script; other sites are not asked.
            if link.is_empty()
                || link.contains("://")
                || link.starts_with("data:")
                || link.starts_with("mailto:")
            {
                continue;
            }
            links += 1;
            let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path.strip_prefix('/') {
                Some(from_top) => normal(&built.join(from_top)),
                None if path.is_empty() => page.clone(),
                None => normal(&page.parent().unwrap_or(built).join(path)),
            };
            let target = if target.is_dir() { target.join("index.html") } else { target };
            let what = if !target.exists() {
                format!("the link to {link} leads nowhere")
            } else if !fragment.is_empty()
                && ids.get(&target).is_some_and(|ids| !ids.contains(fragment))
            {
                format!("the link to {link} leads to a page that has no such place")
            } else {
                continue;
            };
            faults.push(place(built, page, &link, chapters, what));
        }
    }
    Ok((links, faults))
}

/// The path without `..`, as there may be no such folder to ask the system about.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, component| {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
        path
    })
}

/// The fault at the line of the chapter that has the link, if it can be found.
fn place(built: &Path, page: &Path, link: &str, chapters: &[Chapter], what: String) -> Fault {
    let as_written = format!("]({}", link.replace(".html", ".md"));
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_owned());
    let chapter = chapters
        .iter()
        .find(|chapter| stem(&chapter.file) == stem(page) && chapter.text.contains(&as_written));
    match chapter.or_else(|| chapters.iter().find(|chapter| chapter.text.contains(&as_written))) {
        Some(chapter) => Fault::new(
            &chapter.file,
            line_at(&chapter.text, chapter.text.find(&as_written).unwrap_or(0)),
            what,
        ),
        None => Fault::new(page.strip_prefix(built).unwrap_or(page), 1, what),
    }
}
