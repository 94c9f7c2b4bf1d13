//! Measures what the book says, on the machine that it is run on.

mod chart;
mod connections;
pub mod digest;
mod fanout;
mod files;
pub mod machine;
mod process;
mod results;
mod statistics;

use clap::Subcommand;
pub use files::files;
pub use results::Results;
use std::{
    fs,
    net::SocketAddr,
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
    /// Many readers of one channel of the message hub, and of the servers that are known for it
    Fanout(fanout::Options),
    /// The memory of the message hub over many minutes under full load
    Soak(fanout::soak::Soak),
    /// A reader of the message hub, for a measurement to stop
    #[command(hide = true)]
    Reader {
        /// Where the hub listens
        address: SocketAddr,
    },
}

/// Draws a chart from results.
pub type Draw = fn(&Results) -> anyhow::Result<String>;

/// Each chart, by the name of its results.
pub const CHARTS: [(&str, Draw); 2] =
    [("connections", connections::draw), ("fanout", fanout::draw)];

/// Where a chart is, from the root.
pub fn chart_file(name: &str) -> PathBuf {
    Path::new("book/src/figures").join(format!("bench-{name}.svg"))
}

/// Measures, prints what was found, and writes results and chart, if there is one.
pub fn run(root: &Path, what: Bench) -> anyhow::Result<()> {
    let (name, results) = match what {
        Bench::Connections { connections, rounds } => {
            ("connections", connections::measure(root, connections, rounds)?)
        }
        Bench::Fanout(options) => ("fanout", fanout::measure(root, &options)?),
        Bench::Soak(soak) => ("soak", fanout::soak::measure(root, &soak)?),
        Bench::Reader { address } => return fanout::stopped::read(address),
    };
    results.write(root, name)?;
    println!("written: {}", Results::file(name).display());
    for (chart, draw) in CHARTS {
        if chart == name {
            fs::write(root.join(chart_file(name)), draw(&results)?)?;
            println!("written: {}", chart_file(name).display());
        }
    }
    Ok(())
}
