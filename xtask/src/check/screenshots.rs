//! Every screenshot shows its page as it is now, some chapter shows it, and so does the README.

use super::directives;
use crate::{
    Fault,
    book::Chapter,
    screenshots::{self, SCREENSHOTS},
};
use bench::Results;
use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

/// The screenshot that stands at the top of the README.
const OF_README: &str = "page";

static COMMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<!--.*?-->").expect("a pattern"));
static IMAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<img\b[^>]*\bsrc="([^"]*)""#).expect("a pattern"));

pub(super) fn faults(root: &Path, chapters: &[Chapter]) -> Vec<Fault> {
    let shown: BTreeSet<_> =
        directives(chapters, &["screenshot"]).map(|(_, directive)| directive.argument).collect();
    let mut faults = Vec::new();
    for (name, _) in SCREENSHOTS {
        faults.extend(screenshots::read(root, name).err());
        if !shown.contains(*name) {
            let what = format!(
                "no chapter shows the screenshot {name}; show it by {{{{#screenshot {name}}}}}, or take it out of xtask/src/screenshots.rs"
            );
            faults.push(Fault::new(Results::file(name), 1, what));
        }
    }
    faults.extend(of_readme(root));
    faults
}

fn of_readme(root: &Path) -> Option<Fault> {
    let text = fs::read_to_string(root.join("README.md")).unwrap_or_default();
    let wanted = screenshots::file(OF_README, "light").display().to_string();
    let what = format!("the README shows no {wanted}; its picture is the page's screenshot");
    (!pictures(&text).contains(&wanted)).then(|| Fault::new("README.md", 1, what))
}

/// The files that a Markdown text shows, as Markdown or as HTML.
fn pictures(text: &str) -> BTreeSet<String> {
    // What is in a comment is not shown.
    let text = COMMENT.replace_all(text, "");
    let (mut pictures, mut html) = (BTreeSet::new(), String::new());
    for event in Parser::new_ext(&text, Options::all()) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => drop(pictures.insert(dest_url.into())),
            // In parts, as a tag may go over several lines.
            Event::Html(part) | Event::InlineHtml(part) => html.push_str(&part),
            _ => {}
        }
    }
    pictures.extend(IMAGE.captures_iter(&html).map(|image| image[1].to_owned()));
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screenshots::example::project;

    const README: &str = "# A book\n\n![A page](book/src/figures/page-light.png)\n";

    /// What is found in a project with this README, this chapter, and this change.
    fn found(readme: &str, chapter: &str, change: impl FnOnce(&Path)) -> Vec<String> {
        let root = project();
        fs::write(root.path().join("README.md"), readme).unwrap();
        change(root.path());
        let chapter = Chapter { file: "x.md".into(), text: chapter.into() };
        faults(root.path(), &[chapter]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_sound_has_no_faults() {
        assert_eq!(found(README, "{{#screenshot page}}\n", |_| {}), [""; 0]);
    }

    #[test]
    fn a_page_that_has_changed_is_found() {
        let found = found(README, "{{#screenshot page}}\n", |root| {
            fs::write(root.join("steps/5-gateway/static/page.js"), "stop();").unwrap();
        });
        assert_eq!(
            found,
            [
                "book/results/page.toml:1: the screenshot shows the page as it was before steps/5-gateway/static changed; `just accept` takes it anew"
            ]
        );
    }

    #[test]
    fn a_screenshot_that_no_chapter_shows_is_found() {
        let found = found(README, "`screenshot page`\n", |_| {});
        assert_eq!(
            found,
            [
                "book/results/page.toml:1: no chapter shows the screenshot page; show it by {{#screenshot page}}, or take it out of xtask/src/screenshots.rs"
            ]
        );
    }

    #[test]
    fn a_readme_shows_the_screenshot_as_markdown_or_as_html() {
        let cases = [
            (README, true),
            ("<p><img width=\"9\" src=\"book/src/figures/page-light.png\" alt=\"\"></p>\n", true),
            ("<img alt=\"\"\n  src=\"book/src/figures/page-light.png\">\n", true),
            ("![A page](book/src/figures/page-dark.png)\n", false),
            ("[A page](book/src/figures/page-light.png)\n", false),
            ("    ![A page](book/src/figures/page-light.png)\n", false),
            ("<!-- ![A page](book/src/figures/page-light.png) -->\n", false),
            ("<!--\n<img src=\"book/src/figures/page-light.png\">\n-->\n", false),
        ];
        for (readme, shows) in cases {
            let found = found(readme, "{{#screenshot page}}\n", |_| {});
            assert_eq!(found.is_empty(), shows, "{readme:?}: {found:?}");
        }
    }
}
