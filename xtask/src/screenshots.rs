//! Screenshots: pictures of a page, which a test takes in a browser for the book to show.
//!
//! A screenshot is two pictures, one for light themes and one for dark ones, and sealed results
//! that tell what the page was made of, so that a picture of a page that has changed is noticed.

use crate::Fault;
use anyhow::{Context, ensure};
use bench::{
    Results, digest,
    machine::{machine, today},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// Each screenshot, and the folder that its page is made of, from the root.
pub const SCREENSHOTS: &[(&str, &str)] = &[("page", "steps/5-gateway/static")];

/// The command that takes screenshots anew.
const COMMAND: &str = "just accept";

/// What a browser saw, to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shot<'a> {
    /// What the pictures show, in a line, for those who cannot see them.
    pub alt: &'a str,
    /// The page as it is in light colours, as a PNG.
    pub light: &'a [u8],
    /// The same in dark colours.
    pub dark: &'a [u8],
}

/// A screenshot as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screenshot {
    /// What the pictures show, in a line, for those who cannot see them.
    pub alt: String,
    /// The page as it is in light colours, as a PNG.
    pub light: Vec<u8>,
    /// The same in dark colours.
    pub dark: Vec<u8>,
}

/// Where a picture is, from the root; the scheme is `light` or `dark`.
pub(crate) fn file(name: &str, scheme: &str) -> PathBuf {
    Path::new("book/src/figures").join(format!("{name}-{scheme}.png"))
}

/// The width and the height of a PNG, which its header tells.
pub(crate) fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let (b"IHDR", header) = header.get(4..)?.split_first_chunk()? else { return None };
    let (width, header) = header.split_first_chunk()?;
    let (height, _) = header.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Writes a screenshot of the page as it is now, over the one before.
pub fn write(root: &Path, name: &str, shot: &Shot<'_>) -> anyhow::Result<()> {
    let folder = sources(name).with_context(|| unknown(name))?;
    let one_line = !shot.alt.trim().is_empty() && !shot.alt.contains(['\n', '\r']);
    ensure!(one_line, "the screenshot {name} needs an alt that says in one line what it shows");
    let pictures = [("light", shot.light), ("dark", shot.dark)];
    for (scheme, png) in pictures {
        ensure!(size(png).is_some(), "the {scheme} picture of the screenshot {name} is not a PNG");
    }
    let sources = digest::of_folder(&root.join(folder)).context(folder)?;

    let mut figures = Table::new();
    figures.insert("alt".into(), Value::String(shot.alt.into()));
    figures.insert("sources".into(), Value::String(sources));
    for (scheme, png) in pictures {
        figures.insert(scheme.into(), Value::String(digest::of(png)));
        let file = root.join(file(name, scheme));
        fs::create_dir_all(file.parent().context("a file has a folder")?)?;
        fs::write(&file, png).with_context(|| file.display().to_string())?;
    }
    Results { command: COMMAND.into(), date: today(), machine: machine(), figures }
        .write(root, name)
}

/// Reads a screenshot; it is a fault if its page has changed since it was taken.
pub(crate) fn read(root: &Path, name: &str) -> Result<Screenshot, Fault> {
    let file = Results::file(name);
    let folder = sources(name).ok_or_else(|| Fault::new(&file, 1, unknown(name)))?;
    let screenshot = taken(root, name)?;
    let now = digest::of_folder(&root.join(folder)).map_err(|error| {
        Fault::new(folder, 1, format!("the page of the screenshot {name} is not there: {error}"))
    })?;
    if figure(&results(root, name)?, name, "sources")? != now {
        let what = format!(
            "the screenshot shows the page as it was before {folder} changed; `{COMMAND}` takes it anew"
        );
        return Err(Fault::new(&file, 1, what));
    }
    Ok(screenshot)
}

/// Reads a screenshot as it was taken, whatever its page has become.
pub(crate) fn taken(root: &Path, name: &str) -> Result<Screenshot, Fault> {
    let results = results(root, name)?;
    Ok(Screenshot {
        alt: figure(&results, name, "alt")?.into(),
        light: picture(root, &results, name, "light")?,
        dark: picture(root, &results, name, "dark")?,
    })
}

/// That there is no such screenshot.
pub(crate) fn unknown(name: &str) -> String {
    let known: Vec<_> = SCREENSHOTS.iter().map(|(name, _)| *name).collect();
    format!("there is no screenshot {name}; xtask/src/screenshots.rs has {}", known.join(", "))
}

/// The folder that the page of a screenshot is made of.
pub(crate) fn sources(name: &str) -> Option<&'static str> {
    SCREENSHOTS.iter().find(|(known, _)| *known == name).map(|(_, folder)| *folder)
}

fn results(root: &Path, name: &str) -> Result<Results, Fault> {
    let file = Results::file(name);
    if !root.join(&file).exists() {
        let what = format!("the screenshot {name} was never taken; `{COMMAND}` takes it");
        return Err(Fault::new(file, 1, what));
    }
    Results::read(root, name).map_err(|what| Fault::new(file, 1, what))
}

fn figure<'a>(results: &'a Results, name: &str, key: &str) -> Result<&'a str, Fault> {
    results.get(key).and_then(Value::as_str).ok_or_else(|| {
        Fault::new(Results::file(name), 1, format!("{key} is missing; `{COMMAND}` writes it"))
    })
}

/// A picture, if it is the one that was written.
fn picture(root: &Path, results: &Results, name: &str, scheme: &str) -> Result<Vec<u8>, Fault> {
    let file = file(name, scheme);
    let png = fs::read(root.join(&file)).map_err(|error| {
        let what = format!("the picture cannot be read ({error}); `{COMMAND}` takes it anew");
        Fault::new(&file, 1, what)
    })?;
    if digest::of(&png) != figure(results, name, scheme)? {
        let what = format!("the picture is not the one that was taken; `{COMMAND}` takes it anew");
        return Err(Fault::new(&file, 1, what));
    }
    Ok(png)
}

/// A project that has nothing but a page, and a screenshot of it, for tests.
#[cfg(test)]
pub(crate) mod example {
    use super::{Shot, write};
    use std::fs;

    /// The beginning of a PNG, which is all that the book looks at.
    pub(crate) fn png(width: u8, height: u8) -> Vec<u8> {
        let size = [0, 0, 1, width, 0, 0, 0, height];
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &size, b"the rest"].concat()
    }

    pub(crate) fn project() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let page = root.path().join("steps/5-gateway/static");
        fs::create_dir_all(&page).unwrap();
        fs::write(page.join("index.html"), "<!doctype html>").unwrap();
        fs::write(page.join("page.js"), "go();").unwrap();
        let shot = Shot { alt: "A page, \"so\" & <so>", light: &png(2, 7), dark: &png(3, 8) };
        write(root.path(), "page", &shot).unwrap();
        root
    }
}

#[cfg(test)]
mod tests {
    use super::{
        example::{png, project},
        *,
    };

    #[test]
    fn what_is_written_is_read() {
        let root = project();
        let screenshot = read(root.path(), "page").unwrap();
        assert_eq!(screenshot.alt, "A page, \"so\" & <so>");
        assert_eq!((screenshot.light, screenshot.dark), (png(2, 7), png(3, 8)));
        let results = Results::read(root.path(), "page").unwrap();
        assert_eq!(results.command, "just accept");
    }

    #[test]
    fn the_size_is_in_the_header() {
        assert_eq!(size(&png(2, 7)), Some((258, 7)));
        assert_eq!(size(&png(2, 7)[..23]), None);
        assert_eq!(size(b"GIF89a, which is long enough"), None);
    }

    #[test]
    fn what_would_not_be_sound_is_not_written() {
        let (root, png) = (project(), png(2, 7));
        let good = Shot { alt: "A page", light: &png, dark: &png };
        let cases = [
            ("pgae", good, "there is no screenshot pgae; xtask/src/screenshots.rs has page"),
            ("page", Shot { alt: " ", ..good }, "the screenshot page needs an alt"),
            ("page", Shot { alt: "a\n\nb", ..good }, "the screenshot page needs an alt"),
            ("page", Shot { dark: b"x", ..good }, "the dark picture of the screenshot page is not"),
        ];
        for (name, shot, expected) in cases {
            let error = write(root.path(), name, &shot).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(read(root.path(), "page").is_ok());
    }

    #[test]
    fn what_has_changed_since_is_a_fault() {
        let other = png(2, 9);
        let stale = "book/results/page.toml:1: the screenshot shows the page as it was before steps/5-gateway/static changed; `just accept` takes it anew";
        let cases: [(&str, &[u8], &str); 4] = [
            ("steps/5-gateway/static/page.js", b"go()", stale),
            ("steps/5-gateway/static/more.js", b"", stale),
            (
                "book/src/figures/page-dark.png",
                &other,
                "book/src/figures/page-dark.png:1: the picture is not the one that was taken; `just accept` takes it anew",
            ),
            (
                "book/results/page.toml",
                b"seal = \"\"\n",
                "book/results/page.toml:1: book/results/page.toml: command is missing",
            ),
        ];
        for (file, content, expected) in cases {
            let root = project();
            fs::write(root.path().join(file), content).unwrap();
            assert_eq!(read(root.path(), "page").unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn what_is_missing_is_a_fault() {
        let cases = [
            (
                "book/results/page.toml",
                "the screenshot page was never taken; `just accept` takes it",
            ),
            ("book/src/figures/page-light.png", "the picture cannot be read"),
        ];
        for (file, expected) in cases {
            let root = project();
            fs::remove_file(root.path().join(file)).unwrap();
            let fault = read(root.path(), "page").unwrap_err();
            assert_eq!(fault.file, Path::new(file));
            assert!(fault.what.starts_with(expected), "{fault}");
        }
        let root = project();
        fs::remove_dir_all(root.path().join("steps")).unwrap();
        let fault = read(root.path(), "page").unwrap_err();
        assert_eq!(fault.file, Path::new("steps/5-gateway/static"));
        assert!(taken(root.path(), "page").is_ok());
    }
}
