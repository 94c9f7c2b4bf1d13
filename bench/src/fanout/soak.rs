//! What the message hub needs over many minutes under full load, with a reader that is stopped.

use super::{
    super::{machine, statistics::rounded},
    peers::Target,
    phases::Fan,
    prepare, usual,
};
use crate::results::Results;
use anyhow::{Context, ensure};
use clap::Args;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use toml::{Table, Value};

/// How long, and with how many.
#[derive(Args)]
pub struct Soak {
    /// How long it is kept busy, in minutes
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// How many readers a message has
    #[arg(long, default_value_t = usual::READERS)]
    readers: usize,
    /// How many messages the publisher may be ahead of the slowest reader that is not stopped
    #[arg(long, default_value_t = usual::WINDOW)]
    window: u64,
}

/// The time from one look at its memory to the next.
const LOOK: Duration = Duration::from_secs(5);

const MINUTE: Duration = Duration::from_secs(60);

/// What was seen of its memory, and when.
struct Look {
    at: Duration,
    resident: u64,
}

/// Keeps the hub busy, and looks at its memory all the while.
pub(crate) fn measure(root: &Path, soak: &Soak) -> anyhow::Result<Results> {
    let system = Target::MessageHub;
    system.prepare(root)?.context("it was built")?;
    prepare()?.block_on(async {
        let Soak { minutes, readers, window } = *soak;
        let time = MINUTE.mul_f64(minutes);
        let mut fan = Fan::open(root, system, readers, window, true).await?;
        let connected = fan.running.process.open_files()?;
        let began = Instant::now();
        let (mut looks, mut deliveries, mut busy) = (Vec::new(), 0, Duration::ZERO);
        while began.elapsed() < time {
            let (some, took) = fan.saturate(LOOK).await?;
            deliveries += some;
            busy += took;
            let look = Look { at: began.elapsed(), resident: fan.running.process.resident()? };
            println!("{}, {:.2} million deliveries a second", look.describe(), rate(some, took));
            looks.push(look);
            // Among them the one that is stopped, or this would prove less than it says.
            ensure!(fan.running.process.open_files()? >= connected, "a connection has ended");
        }
        fan.close().await?;
        let figures = figures(soak, &looks, deliveries, rate(deliveries, busy));
        let command =
            format!("just bench soak --minutes {minutes} --readers {readers} --window {window}");
        let (machine, date) = (machine::machine(), machine::today());
        Ok(Results { command, date, machine, figures })
    })
}

fn figures(soak: &Soak, looks: &[Look], deliveries: u64, millions_a_second: f64) -> Table {
    let end = looks.last().map_or(Duration::ZERO, |look| look.at);
    let most = |wanted: &dyn Fn(Duration) -> bool| {
        let seen = looks.iter().filter(|look| wanted(look.at)).map(Look::mib);
        rounded(seen.fold(0.0, f64::max), 1)
    };
    let figures = [
        ("minutes", Value::Float(soak.minutes)),
        ("readers", Value::Integer(soak.readers as i64)),
        ("window", Value::Integer(soak.window as i64)),
        ("first_minute_mib", most(&|at| at <= MINUTE)),
        ("last_minute_mib", most(&|at| at + MINUTE >= end)),
        ("deliveries", Value::Integer(deliveries as i64)),
        ("deliveries_millions", Value::Integer((deliveries / 1_000_000) as i64)),
        ("millions_per_second", rounded(millions_a_second, 1)),
    ];
    figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Millions of deliveries a second.
fn rate(deliveries: u64, time: Duration) -> f64 {
    deliveries as f64 / time.as_secs_f64() / 1e6
}

impl Look {
    fn mib(&self) -> f64 {
        self.resident as f64 / f64::from(1 << 20)
    }

    fn describe(&self) -> String {
        format!("{:.0} s: {:.1} MiB", self.at.as_secs_f64(), self.mib())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_of_the_first_and_of_the_last_minute_counts() {
        let looks: Vec<_> = (1..=36)
            .map(|index| Look { at: LOOK * index, resident: u64::from(index) << 20 })
            .collect();
        let soak = Soak { minutes: 3.0, readers: 1, window: 1 };
        let figures = figures(&soak, &looks, 7, 0.5);
        assert_eq!(figures["first_minute_mib"], Value::Float(12.0));
        assert_eq!(figures["last_minute_mib"], Value::Float(36.0));
    }
}
