//! Every `just …` that a chapter names is a recipe.

use crate::{Fault, book::Chapter, fault::line_at};
use pulldown_cmark::{Event, Options, Parser};
use regex::Regex;
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

static RECIPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^@?([a-z][a-z-]*)(?: [^:\n]*)?:(?:[^=]|$)").expect("a pattern")
});

pub(super) fn faults(root: &Path, chapter: &Chapter) -> anyhow::Result<Vec<Fault>> {
    let justfile = fs::read_to_string(root.join("justfile"))?;
    let recipes: BTreeSet<_> =
        RECIPE.captures_iter(&justfile).map(|captures| captures[1].to_owned()).collect();
    let mut faults = Vec::new();
    for (event, range) in Parser::new_ext(&chapter.text, Options::all()).into_offset_iter() {
        let Event::Code(code) = event else { continue };
        let mut words = code.split_whitespace();
        if !matches!(words.next(), Some("just" | "./just")) {
            continue;
        }
        if let Some(recipe) = words.next()
            && !recipes.contains(recipe)
        {
            let known = recipes.iter().cloned().collect::<Vec<_>>().join(", ");
            let what = format!("there is no recipe {recipe}; the justfile has {known}");
            faults.push(Fault::new(&chapter.file, line_at(&chapter.text, range.start), what));
        }
    }
    Ok(faults)
}
