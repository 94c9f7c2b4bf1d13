//! The command line of the book machine. The justfile calls it; people call `./just`.

use clap::{Parser, Subcommand};
use std::{fs, path::PathBuf, process::ExitCode};
use xtask::{
    book, check, mutate,
    screenshots::{self, Shot},
    serve, suite, versions,
};

/// Builds, serves and checks the book.
#[derive(Parser)]
#[command(name = "xtask")]
struct CommandLine {
    /// The project's folder
    #[arg(long, global = true, default_value = ".")]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the book at http://127.0.0.1:3000, and again when it changes
    Serve {
        /// Another port
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// Write the book to target/book
    Build,
    /// Find what the book could lie by; with --mutate, damage a copy of it to see that this finds
    /// all
    Check {
        /// Damage a copy in every way there is, and fail unless each damage is caught
        #[arg(long)]
        mutate: bool,
    },
    /// Have two pictures of a page be a screenshot of the book's; a test takes them
    #[command(hide = true)]
    Screenshot {
        name: String,
        /// What they show, in a line
        #[arg(long)]
        alt: String,
        /// The page in light colours, a PNG
        #[arg(long)]
        light: PathBuf,
        /// The page in dark colours, a PNG
        #[arg(long)]
        dark: PathBuf,
    },
    /// Run every test, or those that have a text in their names
    Test {
        /// The text
        name: Option<String>,
    },
    /// Fail on a dependency that is there in two versions without a reason
    Versions,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    match execute(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(line: CommandLine) -> anyhow::Result<()> {
    let root = fs::canonicalize(&line.root)?;
    match line.command {
        Command::Serve { port } => serve::serve(&root, port),
        Command::Build => {
            let folder = root.join("target/book");
            book::build(&root, &folder)?;
            println!("the book is in {}", folder.display());
            Ok(())
        }
        Command::Check { mutate: false } => {
            let checked = check::check(&root)?;
            println!("the book is sound: {checked}");
            Ok(())
        }
        Command::Check { mutate: true } => mutate::mutate(&root),
        Command::Screenshot { name, alt, light, dark } => {
            let [light, dark] = [fs::read(light)?, fs::read(dark)?];
            screenshots::write(&root, &name, &Shot { alt: &alt, light: &light, dark: &dark })
        }
        Command::Test { name } => suite::run(&root, name.as_deref()),
        Command::Versions => versions::check(&root),
    }
}
