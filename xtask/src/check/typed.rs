//! No code, output, measured figure or picture is typed into a chapter.

use crate::{Fault, book::Chapter, fault::line_at};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use std::sync::LazyLock;

/// A number with a unit that is measured. Numbers of seconds and minutes are how long a reader
/// waits, and may be typed.
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    let unit = r"(ns|µs|us|ms|milliseconds?|microseconds?|KiB|MiB|GiB|kB|KB|MB|GB|kilobytes?|megabytes?|%|percent)";
    let compared = r"times (as |faster|slower|more|less|fewer)";
    Regex::new(&format!(r"\b\d[\d.,]*\s?({unit}\b|%|{compared})")).expect("a pattern")
});

/// HTML that would show text as a terminal or a listing does.
static CODE_TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)<(pre|code|kbd|samp|textarea|xmp)\b").expect("a pattern"));

/// HTML that shows a picture or a drawing.
static PICTURE_TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)<(img|picture|svg|canvas|object|embed|iframe)\b").expect("a pattern")
});

const TYPED_PICTURE: &str =
    "a typed picture; a screenshot comes by {{#screenshot …}}, a drawing by {{#figure …}}";

pub(super) fn faults(chapter: &Chapter) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut in_code = false;
    let fault =
        |offset, what: String| Fault::new(&chapter.file, line_at(&chapter.text, offset), what);
    for (event, range) in Parser::new_ext(&chapter.text, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                let kind = match kind {
                    CodeBlockKind::Fenced(_) => "a typed fence",
                    CodeBlockKind::Indented => "a typed block of code, by its indentation",
                };
                faults.push(fault(
                    range.start,
                    format!(
                        "{kind}; code comes by {{{{#listing …}}}}, output by {{{{#session …}}}}"
                    ),
                ));
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Html(html) | Event::InlineHtml(html) => {
                faults.extend(CODE_TAG.find(&html).map(|tag| {
                    fault(
                        range.start + tag.start(),
                        format!(
                            "a typed {}>; code comes by {{{{#listing …}}}}, output by {{{{#session …}}}}",
                            tag.as_str()
                        ),
                    )
                }));
                faults.extend(
                    PICTURE_TAG
                        .find(&html)
                        .map(|tag| fault(range.start + tag.start(), TYPED_PICTURE.into())),
                );
            }
            Event::Start(Tag::Image { .. }) => {
                faults.push(fault(range.start, TYPED_PICTURE.into()));
            }
            Event::Text(text) if !in_code => {
                let measured = MEASURED.find_iter(&text);
                faults.extend(measured.map(|figure| {
                    fault(
                        range.start,
                        format!(
                            "the figure \"{}\" is typed; it comes by {{{{#result …}}}} or {{{{#constant …}}}}",
                            figure.as_str()
                        ),
                    )
                }));
            }
            _ => {}
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let chapter = Chapter { file: "x.md".into(), text: text.into() };
        faults(&chapter).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn code_that_is_typed_is_found_wherever_it_hides() {
        let cases: [(&str, &[usize]); 8] = [
            ("text\n\n```rust\nfn main() {}\n```\n", &[3]),
            ("~~~\nx\n~~~\n", &[1]),
            ("text\n\n    indented\n", &[3]),
            ("- a list\n\n  ```console\n  $ ls\n  ```\n", &[3]),
            ("> ```text\n> quoted\n> ```\n", &[1]),
            ("text\n\n<pre>typed</pre>\n", &[3]),
            ("text with <code>x</code>\n", &[1]),
            ("`inline` names are fine, and so is {{#listing x.rs}}\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(text), expected, "{text:?}");
        }
    }

    #[test]
    fn pictures_that_are_typed_are_found() {
        let cases: [(&str, &[usize]); 7] = [
            ("text\n\n![a page](figures/page.png)\n", &[3]),
            ("see ![a page](figures/page.svg) here\n", &[1]),
            ("![a page][there]\n\n[there]: figures/page.png\n", &[1]),
            ("text\n\n<img src=\"figures/page.png\">\n", &[3]),
            ("<div>\n<p><IMG\nsrc=\"figures/page.png\"></p></div>\n", &[2]),
            ("text with <img src=\"figures/page.png\"> in it\n", &[1]),
            ("{{#screenshot page}}\n\n{{#figure book/src/figures/x.svg}}\n\n`<img>`\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(text), expected, "{text:?}");
        }
    }

    #[test]
    fn figures_that_are_typed_are_found() {
        let cases: [(&str, &[usize]); 6] = [
            ("takes 3 KiB\n", &[1]),
            ("in 2.5 ms\n\nor 40%\n", &[1, 3]),
            ("is 3 times faster\n", &[1]),
            ("takes {{#result connections tokio.kib}} KiB\n", &[]),
            ("60 numbers a minute, for 5 seconds\n", &[]),
            ("`32 KiB` in code\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(text), expected, "{text:?}");
        }
    }
}
