//! A screenshot in a page: the picture that has the colours of the reader's theme.

use super::panes::escape;
use crate::screenshots::{self, Screenshot};
use std::path::Path;

/// What `{{#screenshot NAME}}` becomes. One line of HTML, so that Markdown leaves it alone.
///
/// A page that has changed since is not told here but by the check, so that the book can be read
/// while its page is worked on.
pub(super) fn screenshot(root: &Path, name: &str) -> Result<String, String> {
    screenshots::sources(name).ok_or_else(|| screenshots::unknown(name))?;
    let Screenshot { alt, light, dark } = screenshots::taken(root, name)
        .map_err(|fault| format!("{}: {}", fault.file.display(), fault.what))?;
    let light = image(name, "light", &alt, &light)?;
    let dark = image(name, "dark", &alt, &dark)?;
    Ok(format!("<figure class=\"screenshot\">{light}{dark}</figure>"))
}

/// With its size, so that the text below does not jump when the picture comes.
fn image(name: &str, scheme: &str, alt: &str, png: &[u8]) -> Result<String, String> {
    let file = screenshots::file(name, scheme);
    let (width, height) =
        screenshots::size(png).ok_or_else(|| format!("{}: not a PNG", file.display()))?;
    Ok(format!(
        "<img class=\"on-{scheme}\" src=\"figures/{name}-{scheme}.png\" alt=\"{}\" width=\"{width}\" height=\"{height}\">",
        escape(alt)
    ))
}

#[cfg(test)]
mod tests {
    use super::screenshot;
    use crate::screenshots::example::project;
    use std::fs;

    #[test]
    fn a_screenshot_is_a_light_and_a_dark_picture() {
        let root = project();
        // That the page has changed is for the check to tell.
        fs::write(root.path().join("steps/5-gateway/static/page.js"), "changed").unwrap();
        let image = |scheme, size| {
            format!(
                "<img class=\"on-{scheme}\" src=\"figures/page-{scheme}.png\" alt=\"A page, &quot;so&quot; &amp; &lt;so&gt;\" {size}>"
            )
        };
        let (light, dark) = (
            image("light", "width=\"258\" height=\"7\""),
            image("dark", "width=\"259\" height=\"8\""),
        );
        let expected = format!("<figure class=\"screenshot\">{light}{dark}</figure>");
        assert_eq!(screenshot(root.path(), "page").unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_shown_is_an_error() {
        let root = project();
        let error = screenshot(root.path(), "pgae").unwrap_err();
        assert_eq!(error, "there is no screenshot pgae; xtask/src/screenshots.rs has page");
        fs::write(root.path().join("book/src/figures/page-light.png"), "x").unwrap();
        let error = screenshot(root.path(), "page").unwrap_err();
        assert!(
            error.starts_with("book/src/figures/page-light.png: the picture is not"),
            "{error}"
        );
    }
}
