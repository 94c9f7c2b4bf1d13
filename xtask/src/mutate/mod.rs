//! Damages a copy of the book in every way there is, and sees that each damage is caught.
//!
//! `damages.rs` and `screenshots.rs` know the ways; `sessions.rs` runs the sessions against outputs
//! that were changed.

mod damage;
mod damages;
mod screenshots;
mod sessions;

use self::damage::{Damage, DamageKind};
use crate::{Faults, book, check::check, workspace};
use anyhow::{Context, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};
use strum::IntoEnumIterator;

/// How often each way is tried, at different places.
const PLACES: usize = 3;

/// What the copy needs of the project beside its packages, from the root.
const COPIED: [&str; 5] = ["README.md", "book.toml", "Cargo.toml", "justfile", "book"];

/// One line of the table: what was damaged, and the fault that was found, if one was.
struct Verdict {
    kind: DamageKind,
    place: String,
    fault: Option<String>,
}

/// Prints a table of damages and verdicts; fails unless all are caught.
pub fn mutate(root: &Path) -> anyhow::Result<()> {
    let copy = tempfile::tempdir()?;
    copy_project(root, copy.path())?;
    check(copy.path()).context("the book is faulty before it is damaged")?;

    let mut verdicts = try_all(root, &damages::all(copy.path())?)?;
    verdicts.extend(sessions::verdicts(root, copy.path())?);
    print_table(&verdicts);
    ensure_each_kind_is_tried(&verdicts)?;
    let missed = verdicts.iter().filter(|verdict| verdict.fault.is_none()).count();
    ensure!(missed == 0, "{missed} of {} damages were not caught", verdicts.len());
    println!("all {} damages were caught", verdicts.len());
    Ok(())
}

fn copy_project(root: &Path, to: &Path) -> anyhow::Result<()> {
    let packages = workspace::top_folders(root)?;
    for name in COPIED.map(PathBuf::from).into_iter().chain(packages) {
        let from = root.join(name);
        let files = if from.is_dir() { book::files(&from)? } else { vec![from] };
        for file in files {
            let target = to.join(file.strip_prefix(root)?);
            fs::create_dir_all(target.parent().context("a file has a folder")?)?;
            fs::copy(&file, &target).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

/// Tries damages side by side, each core on a copy of its own.
fn try_all(root: &Path, damages: &[Damage]) -> anyhow::Result<Vec<Verdict>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let try_some = |damages: &[Damage]| -> anyhow::Result<Vec<Verdict>> {
        let copy = tempfile::tempdir()?;
        copy_project(root, copy.path())?;
        damages.iter().map(|damage| try_damage(copy.path(), damage)).collect()
    };
    let verdicts = thread::scope(|scope| {
        let parts = damages.chunks(damages.len().div_ceil(cores).max(1));
        let parts: Vec<_> = parts.map(|part| scope.spawn(|| try_some(part))).collect();
        let join = |part: thread::ScopedJoinHandle<'_, _>| part.join().expect("it does not panic");
        parts.into_iter().map(join).collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(verdicts.into_iter().flatten().collect())
}

/// Does the damage, checks, and undoes it.
fn try_damage(copy: &Path, damage: &Damage) -> anyhow::Result<Verdict> {
    let file = copy.join(&damage.file);
    let before = fs::read(&file).ok();
    fs::write(&file, &damage.content)?;
    let found = check(copy);
    match before {
        Some(before) => fs::write(&file, before)?,
        None => fs::remove_file(&file)?,
    }
    let fault = match found {
        Ok(_) => None,
        // Any other error would be a fault of the check.
        Err(error) => {
            Some(error.downcast::<Faults>()?.0.first().map(ToString::to_string).unwrap_or_default())
        }
    };
    Ok(Verdict {
        kind: damage.kind,
        place: format!("{}: {}", damage.file.display(), damage.how),
        fault,
    })
}

fn print_table(verdicts: &[Verdict]) {
    let mut kind = None;
    for verdict in verdicts {
        if kind.replace(verdict.kind) != Some(verdict.kind) {
            println!("\n{}", verdict.kind);
        }
        println!("  {}", verdict.place);
        match &verdict.fault {
            Some(fault) => println!("    caught: {fault}"),
            None => println!("    NOT CAUGHT"),
        }
    }
    println!();
}

fn ensure_each_kind_is_tried(verdicts: &[Verdict]) -> anyhow::Result<()> {
    for kind in DamageKind::iter() {
        let tried = verdicts.iter().filter(|verdict| verdict.kind == kind).count();
        if tried < PLACES {
            bail!("\"{kind}\" was tried at {tried} places, not at {PLACES}");
        }
    }
    Ok(())
}

/// Some of many, spread from the first to the last.
fn spread<T>(mut items: Vec<T>) -> Vec<T> {
    let count = items.len();
    let mut index = 0;
    items.retain(|_| {
        let keep =
            count <= PLACES || (0..PLACES).any(|place| place * (count - 1) / (PLACES - 1) == index);
        index += 1;
        keep
    });
    items
}
