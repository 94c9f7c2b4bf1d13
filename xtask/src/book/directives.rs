//! The directives, by which alone code, output and figures come into a chapter.
//!
//! | directive | what it becomes |
//! | --- | --- |
//! | `{{#listing FILE}}`, `{{#listing FILE:ANCHOR}}` | a listing of source, with the file's name |
//! | `{{#session NAME}}`, `{{#session NAME:PANE,PANE}}` | the panes of a session, side by side |
//! | `{{#figure FILE}}` | an SVG, in the page, so that it has the page's colours |
//! | `{{#result NAME KEY}}` | a figure from `book/results/NAME.toml` |
//! | `{{#constant FILE NAME}}` | the value of a constant in the source |
//! | `{{#screenshot NAME}}` | a picture of a page, as a browser showed it to a test |
//! | `{{#lines FILE}}`, `{{#lines FILE:ANCHOR}}` | how many lines of code there are |

use super::{
    lines, panes,
    screenshot::screenshot,
    source::{included, read},
};
use crate::fault::line_at;
use bench::Results;
use regex::Regex;
use std::{ops::Range, path::Path, sync::LazyLock};

const NAMES: [&str; 7] =
    ["listing", "session", "figure", "screenshot", "result", "constant", "lines"];

/// How long a listing may be.
const MAX_LISTING_LINES: usize = 50;

static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{\s*#\s*([\w-]+)([^}]*)\}\}").expect("a pattern"));

/// A directive in a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) name: String,
    pub(crate) argument: String,
    pub(crate) range: Range<usize>,
    pub(crate) line: usize,
}

/// Finds directives.
pub(crate) struct Directives;

impl Directives {
    /// All directives of a chapter, in order.
    pub(crate) fn of(text: &str) -> impl Iterator<Item = Directive> {
        DIRECTIVE.captures_iter(text).map(|captures| {
            let range = captures.get(0).expect("the whole match").range();
            Directive {
                name: captures[1].into(),
                argument: captures[2].trim().into(),
                line: line_at(text, range.start),
                range,
            }
        })
    }
}

impl Directive {
    /// What stands in its place, or what is wrong with it.
    pub(crate) fn expand(&self, root: &Path) -> Result<String, String> {
        match self.name.as_str() {
            "listing" => listing(root, &self.argument),
            "session" => panes::session(root, &self.argument),
            "figure" => figure(root, &self.argument),
            "screenshot" => screenshot(root, &self.argument),
            "result" => Results::figure(root, &self.argument),
            "constant" => constant(root, &self.argument),
            "lines" => lines::count(root, &self.argument),
            other => Err(unknown(other)),
        }
    }

    /// The file that is listed or counted, and its anchor.
    pub(crate) fn file(&self) -> (&str, Option<&str>) {
        let (file, anchor) = self
            .argument
            .split_once(':')
            .map_or((self.argument.as_str(), None), |(file, anchor)| (file, Some(anchor)));
        (file.split_whitespace().next().unwrap_or(""), anchor)
    }
}

fn unknown(name: &str) -> String {
    let nearest = NAMES.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known));
    format!("there is no directive {name}; did you mean {}?", nearest.copied().unwrap_or_default())
}

fn listing(root: &Path, argument: &str) -> Result<String, String> {
    let (file, text) = included(root, argument)?;
    let lines = text.lines().count();
    if lines > MAX_LISTING_LINES {
        return Err(format!(
            "{argument}: a listing of {lines} lines; {MAX_LISTING_LINES} are the most that somebody reads at once"
        ));
    }
    let language = match Path::new(file).extension().and_then(|extension| extension.to_str()) {
        Some("rs") => "rust",
        Some("toml") => "toml",
        Some("js") => "javascript",
        Some("html") => "html",
        Some("css") => "css",
        _ => "text",
    };
    // Longer than any fence within, such as those of examples in doc comments.
    let fence = "`".repeat(3.max(1 + longest_run_of_backticks(&text)));
    Ok(format!("<div class=\"listing-source\">{file}</div>\n\n{fence}{language}\n{text}{fence}\n"))
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// An SVG, inlined. It must say in words what it shows.
fn figure(root: &Path, file: &str) -> Result<String, String> {
    let svg = read(root, file)?;
    for (tag, what) in
        [("<title", "a name"), ("<desc", "what it shows, for those who cannot see it")]
    {
        if !svg.contains(tag) {
            return Err(format!("{file}: the figure has no {tag}>, which gives {what}"));
        }
    }
    if !svg.contains("role=\"img\"") {
        return Err(format!("{file}: the figure's <svg> lacks role=\"img\""));
    }
    let svg =
        svg.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    Ok(format!("<figure class=\"drawing\">{svg}</figure>"))
}

/// The value of a constant, as inline code.
fn constant(root: &Path, argument: &str) -> Result<String, String> {
    let (file, name) =
        argument.split_once(' ').ok_or("a constant is named by its file and its name")?;
    let text = read(root, file)?;
    let pattern = Regex::new(&format!(
        r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?const {}: [^=]+= ([^;]+);",
        regex::escape(name.trim())
    ));
    let value = pattern
        .map_err(|error| error.to_string())?
        .captures(&text)
        .map(|captures| captures[1].to_owned());
    value
        .map(|value| format!("`{value}`"))
        .ok_or_else(|| format!("{file}: there is no constant {name}"))
}
