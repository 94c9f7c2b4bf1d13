//! All source that is listed or counted is compiled: each file is one that some crate of the
//! workspace has as a module.

use super::directives;
use crate::{Fault, book::Chapter, workspace};
use anyhow::Context;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

pub(super) fn faults(root: &Path, chapters: &[Chapter]) -> anyhow::Result<Vec<Fault>> {
    let compiled = compiled_files(root)?;
    let mut faults = Vec::new();
    for (chapter, directive) in directives(chapters, &["listing", "lines"]) {
        let file = Path::new(directive.file().0);
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        if is_rust && root.join(file).exists() && !compiled.contains(file) {
            let what = format!(
                "{} is {}, but no crate has it as a module, so it is never compiled",
                file.display(),
                if directive.name == "lines" { "counted" } else { "listed" }
            );
            faults.push(Fault::new(&chapter.file, directive.line, what));
        }
    }
    Ok(faults)
}

/// The Rust files of all crates of the workspace, from the root.
fn compiled_files(root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for member in workspace::members(root)? {
        for crate_root in crate_roots(root, &member)? {
            add_module(root, &crate_root, true, &mut files)?;
        }
    }
    Ok(files)
}

/// The files that cargo hands to the compiler for a package: where each of its crates begins.
fn crate_roots(root: &Path, package: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let manifest: Table = fs::read_to_string(root.join(package).join("Cargo.toml"))?.parse()?;
    let mut roots: Vec<_> =
        ["src/lib.rs", "src/main.rs"].iter().map(|file| package.join(file)).collect();
    for folder in ["src/bin", "examples", "tests", "benches"] {
        let entries = fs::read_dir(root.join(package).join(folder)).into_iter().flatten().flatten();
        let entries = entries.map(|entry| package.join(folder).join(entry.file_name()));
        roots.extend(
            entries.map(|entry| if is_rust(&entry) { entry } else { entry.join("main.rs") }),
        );
    }
    for kind in ["bin", "example", "test", "bench"] {
        let targets = manifest.get(kind).and_then(Value::as_array).into_iter().flatten();
        roots.extend(
            targets
                .filter_map(|target| target.get("path")?.as_str())
                .map(|path| package.join(path)),
        );
    }
    roots.retain(|file| root.join(file).exists());
    Ok(roots)
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs")
}

/// Adds a module's file, and those of the modules that it declares.
fn add_module(
    root: &Path,
    file: &Path,
    owns_folder: bool,
    files: &mut BTreeSet<PathBuf>,
) -> anyhow::Result<()> {
    if !files.insert(file.to_owned()) {
        return Ok(());
    }
    let text = fs::read_to_string(root.join(file)).with_context(|| file.display().to_string())?;
    let parsed = syn::parse_file(&text).with_context(|| format!("{}: not Rust", file.display()))?;
    let parent = file.parent().unwrap_or(Path::new(""));
    let folder = if owns_folder {
        parent.to_owned()
    } else {
        parent.join(file.file_stem().unwrap_or_default())
    };
    for item in parsed.items {
        let syn::Item::Mod(module) = item else { continue };
        if module.content.is_some() {
            continue;
        }
        let name = module.ident.to_string();
        let (flat, nested) = (folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs"));
        if root.join(&flat).exists() {
            add_module(root, &flat, false, files)?;
        } else if root.join(&nested).exists() {
            add_module(root, &nested, true, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_that_no_crate_has_is_neither_listed_nor_counted() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/src")).unwrap();
        fs::create_dir_all(root.path().join("a/tests/all")).unwrap();
        for (file, text) in [
            ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
            ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
            ("a/src/lib.rs", "mod kept;\n"),
            ("a/src/kept.rs", "fn f() {}\n"),
            ("a/src/stray.rs", "fn f() {}\n"),
            ("a/tests/all/main.rs", "mod part;\n"),
            ("a/tests/all/part.rs", "fn f() {}\n"),
        ] {
            fs::write(root.path().join(file), text).unwrap();
        }
        let text = "{{#lines a/src/kept.rs}}\n{{#lines a/src/stray.rs}}\n{{#listing a/src/stray.rs}}\n{{#listing a/tests/all/part.rs}}\n";
        let chapter = Chapter { file: "x.md".into(), text: text.into() };
        let found = faults(root.path(), &[chapter]).unwrap();
        let found: Vec<_> = found.iter().map(|fault| (fault.line, &fault.what[..29])).collect();
        assert_eq!(
            found,
            [(2, "a/src/stray.rs is counted, bu"), (3, "a/src/stray.rs is listed, but")]
        );
    }
}
