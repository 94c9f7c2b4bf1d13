//! Cutting the part of a file out that lies between two anchors.

use regex::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"ANCHOR(_END)?:\s*([\w-]+)").expect("a pattern"));

/// The lines of `text` between `ANCHOR: name` and `ANCHOR_END: name`, or all of it without a name.
///
/// Lines that are anchors are left out, and what all lines are indented by is taken off. Fails, in
/// words, where mdBook would be silent: an anchor that is missing, empty, unclosed or there twice.
pub(crate) fn excerpt(text: &str, name: Option<&str>) -> Result<String, String> {
    let lines: Vec<_> = text.lines().map(|line| (line, ANCHOR.captures(line))).collect();
    let at = |end: bool| -> Vec<usize> {
        let wanted = |captures: &regex::Captures<'_>| {
            captures.get(1).is_some() == end && Some(&captures[2]) == name
        };
        lines
            .iter()
            .enumerate()
            .filter(|(_, (_, anchor))| anchor.as_ref().is_some_and(wanted))
            .map(|(index, _)| index)
            .collect()
    };
    let (from, to) = match name {
        None => (0, lines.len()),
        Some(name) => match (at(false)[..].as_ref(), at(true)[..].as_ref()) {
            ([], _) => return Err(missing(name, text)),
            ([_, _, ..], _) | (_, [_, _, ..]) => {
                return Err(format!(
                    "the anchor {name} is there twice; give one of them another name"
                ));
            }
            ([_], []) => {
                return Err(format!(
                    "the anchor {name} is never closed; add a line ANCHOR_END: {name}"
                ));
            }
            ([from], [to]) if to < from => {
                return Err(format!("the anchor {name} is closed before it is opened"));
            }
            ([from], [to]) => (*from, *to),
        },
    };
    let kept: Vec<_> = lines[from..to]
        .iter()
        .filter(|(_, anchor)| anchor.is_none())
        .map(|(line, _)| *line)
        .collect();
    if kept.iter().all(|line| line.trim().is_empty()) {
        return Err(
            name.map_or("the file is empty".into(), |name| format!("the anchor {name} is empty"))
        );
    }
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let indent = kept.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let kept: Vec<_> = kept.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    Ok(kept.join("\n").trim_matches('\n').to_owned() + "\n")
}

fn missing(name: &str, text: &str) -> String {
    let known: BTreeSet<_> =
        ANCHOR.captures_iter(text).map(|captures| captures[2].to_owned()).collect();
    let known: Vec<_> = known.into_iter().collect();
    match known.as_slice() {
        [] => format!("there is no anchor {name}, and the file has none at all"),
        _ => format!("there is no anchor {name}; the file has {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    const TEXT: &str = "a\n  // ANCHOR: one\n  b\n    c\n  // ANCHOR: two\n  d\n  // ANCHOR_END: two\n  // ANCHOR_END: one\n// ANCHOR: open\nx\n// ANCHOR: empty\n\n// ANCHOR_END: empty\n// ANCHOR: twice\ny\n// ANCHOR: twice\n// ANCHOR_END: twice\n";

    #[test]
    fn an_excerpt_has_no_anchors_and_no_indentation_of_its_own() {
        assert_eq!(excerpt(TEXT, Some("one")).unwrap(), "b\n  c\nd\n");
        assert_eq!(excerpt(TEXT, Some("two")).unwrap(), "d\n");
        assert_eq!(excerpt("a\n// ANCHOR: x\nb\n// ANCHOR_END: x\n", None).unwrap(), "a\nb\n");
    }

    #[test]
    fn what_mdbook_would_pass_over_in_silence_is_an_error() {
        let cases = [
            ("onne", "there is no anchor onne; the file has empty, one, open, twice, two"),
            ("open", "the anchor open is never closed; add a line ANCHOR_END: open"),
            ("empty", "the anchor empty is empty"),
            ("twice", "the anchor twice is there twice; give one of them another name"),
        ];
        for (name, expected) in cases {
            assert_eq!(excerpt(TEXT, Some(name)).unwrap_err(), expected);
        }
        assert_eq!(excerpt("\n", None).unwrap_err(), "the file is empty");
    }
}
