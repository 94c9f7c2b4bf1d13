//! What the message hub does in comparison: with the servers that are known for it, and with our
//! own hub before it.

mod chunks;
mod connect;
mod decoder;
mod figures;
mod payload;
mod peers;
mod phases;
mod protocol;
mod publisher;
mod readers;
mod sequence_checker;
mod slowest;
pub(super) mod soak;
pub(super) mod stopped;

pub(super) use figures::draw;

use super::machine;
use crate::results::Results;
use clap::{Args, ValueEnum};
use peers::Target;
use phases::{Idle, Paced};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{path::Path, time::Duration};
use tokio::runtime::Runtime;

/// What is measured if nothing else is said.
mod usual {
    pub(super) const ROUNDS: usize = 5;
    pub(super) const SECONDS: u64 = 4;
    pub(super) const READERS: usize = 1_000;
    pub(super) const CONNECTIONS: usize = 10_000;
    pub(super) const WINDOW: u64 = 512;
}

/// What is measured, and how.
#[derive(Args)]
pub struct Options {
    /// How often each server is measured; the medians count
    #[arg(long, default_value_t = usual::ROUNDS)]
    rounds: usize,
    /// How long each is kept busy, in seconds
    #[arg(long, default_value_t = usual::SECONDS)]
    seconds: u64,
    /// How many readers a message has
    #[arg(long, default_value_t = usual::READERS)]
    readers: usize,
    /// How many connections are held that wait
    #[arg(long, default_value_t = usual::CONNECTIONS)]
    connections: usize,
    /// How many messages the publisher may be ahead of the slowest reader
    #[arg(long, default_value_t = usual::WINDOW)]
    window: u64,
    /// These servers, not all
    #[arg(long, value_delimiter = ',')]
    only: Vec<Target>,
    /// These phases, not all
    #[arg(long, value_delimiter = ',')]
    phases: Vec<Phase>,
}

/// What is measured of a server, which is started afresh for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// Deliveries a second
    Saturation,
    /// How long a delivery takes
    Paced,
    /// What connections cost
    Idle,
    /// What one reader that has stopped does to the others
    Stopped,
}

/// What one round found of one server.
#[derive(Debug, Default, Clone)]
struct Run {
    deliveries: Option<f64>,
    paced: Option<Paced>,
    idle: Option<Idle>,
    /// Without a reader that is stopped, and with one.
    stopped: Option<[Paced; 2]>,
}

/// All runs of one server, one for each round; `None` is one that failed.
struct Runs {
    system: Target,
    version: String,
    runs: Vec<Option<Run>>,
}

/// Measures each server in turn, so many times; medians are the result.
pub(super) fn measure(root: &Path, options: &Options) -> anyhow::Result<Results> {
    let runtime = prepare()?;
    let mut all = Vec::new();
    for system in Target::ALL {
        if options.only.is_empty() || options.only.contains(&system) {
            match system.prepare(root)? {
                Some(version) => all.push(Runs { system, version, runs: Vec::new() }),
                None => println!("{}: left out, it is not installed", system.name()),
            }
        }
    }
    for round in 1..=options.rounds {
        for Runs { system, runs, .. } in &mut all {
            let name = system.name();
            let run = runtime.block_on(run(root, *system, options));
            match &run {
                Ok(run) => println!("round {round}, {name}: {}", run.describe()),
                Err(error) => {
                    println!("round {round}, {name}: FAILED, and does not count: {error:#}")
                }
            }
            runs.push(run.ok());
        }
    }
    let figures = figures::of(options, &all);
    let (machine, date) = (machine::machine(), machine::today());
    Ok(Results { command: options.command(), date, machine, figures })
}

/// A runtime for the publisher, and as many open files as this process may have.
fn prepare() -> anyhow::Result<Runtime> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn run(root: &Path, system: Target, options: &Options) -> anyhow::Result<Run> {
    let Options { readers, connections, window, .. } = *options;
    let mut run = Run::default();
    if options.wants(Phase::Saturation) {
        let time = Duration::from_secs(options.seconds);
        run.deliveries = Some(phases::saturation(root, system, readers, window, time).await?);
    }
    if options.wants(Phase::Paced) {
        run.paced = Some(phases::paced(root, system, readers, window).await?);
    }
    if options.wants(Phase::Idle) {
        run.idle = Some(phases::idle(root, system, connections, window).await?);
    }
    if options.wants(Phase::Stopped) && system == Target::MessageHub {
        let without = phases::stopped(root, system, readers, window, false).await?;
        let with = phases::stopped(root, system, readers, window, true).await?;
        run.stopped = Some([without, with]);
    }
    Ok(run)
}

impl Options {
    fn wants(&self, phase: Phase) -> bool {
        self.phases.is_empty() || self.phases.contains(&phase)
    }

    /// The command that a reader can repeat, with what is not as usual.
    fn command(&self) -> String {
        let numbers = [
            ("rounds", self.rounds as u64, usual::ROUNDS as u64),
            ("seconds", self.seconds, usual::SECONDS),
            ("readers", self.readers as u64, usual::READERS as u64),
            ("connections", self.connections as u64, usual::CONNECTIONS as u64),
            ("window", self.window, usual::WINDOW),
        ];
        let mut command = "just bench fanout".to_owned();
        for (name, value, _) in numbers.iter().filter(|(_, value, usual)| value != usual) {
            command += &format!(" --{name} {value}");
        }
        let names: Vec<_> = self.only.iter().map(|system| system.name()).collect();
        if !names.is_empty() {
            command += &format!(" --only {}", names.join(","));
        }
        let phases = self.phases.iter().filter_map(ValueEnum::to_possible_value);
        let phases: Vec<_> = phases.map(|phase| phase.get_name().to_owned()).collect();
        if !phases.is_empty() {
            command += &format!(" --phases {}", phases.join(","));
        }
        command
    }
}

impl Run {
    fn describe(&self) -> String {
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        let paced = |name: &str, Paced { p50, p99 }: &Paced| {
            format!("{name} p50 {:.2} ms, p99 {:.2} ms", millis(*p50), millis(*p99))
        };
        let mut parts = Vec::new();
        if let Some(deliveries) = self.deliveries {
            parts.push(format!("{:.2} million deliveries a second", deliveries / 1e6));
        }
        parts.extend(self.paced.iter().map(|figures| paced("paced", figures)));
        if let Some(Idle { connect, bytes_each }) = self.idle {
            let (connect, kib) = (connect.as_secs_f64(), bytes_each / 1024.0);
            parts.push(format!("connected in {connect:.2} s, {kib:.2} KiB each"));
        }
        if let Some([without, with]) = &self.stopped {
            parts.push(paced("no reader stopped", without));
            parts.push(paced("one reader stopped", with));
        }
        parts.join(", ")
    }
}
