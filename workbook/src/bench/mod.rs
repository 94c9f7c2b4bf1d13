//! Measures what the book says, on the machine that it is run on.

mod chart;
mod connections;
mod machine;
mod process;

use crate::book::results::Results;
use clap::Subcommand;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What there is to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Many open connections to the number server, on each of its runtimes
    Connections {
        /// How many connections
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        /// How often each runtime is measured; the medians count
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

type Draw = fn(&Results) -> anyhow::Result<String>;

/// Each chart, by the name of its results.
pub(crate) const CHARTS: [(&str, Draw); 1] = [("connections", connections::draw)];

/// Where a chart is, from the root.
pub(crate) fn chart_file(name: &str) -> PathBuf {
    Path::new("book/src/figures").join(format!("bench-{name}.svg"))
}

/// Measures, prints what was found, and writes results and chart.
pub fn run(root: &Path, what: Bench) -> anyhow::Result<()> {
    let (name, results) = match what {
        Bench::Connections { connections, rounds } => {
            ("connections", connections::measure(root, connections, rounds)?)
        }
    };
    results.write(root, name)?;
    for (chart, draw) in CHARTS {
        if chart == name {
            fs::write(root.join(chart_file(name)), draw(&results)?)?;
        }
    }
    println!("written: {} and {}", Results::file(name).display(), chart_file(name).display());
    Ok(())
}
