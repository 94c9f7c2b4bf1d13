//! The command line of the measurements: `./just bench fanout`.

use bench::Bench;
use clap::Parser;
use std::{path::PathBuf, process::ExitCode};

/// Measures, and writes results and charts for the book.
#[derive(Parser)]
#[command(name = "bench")]
struct CommandLine {
    /// The project's folder
    #[arg(long, global = true, default_value = ".")]
    root: PathBuf,
    #[command(subcommand)]
    what: Bench,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let run = || bench::run(&std::fs::canonicalize(&line.root)?, line.what);
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
