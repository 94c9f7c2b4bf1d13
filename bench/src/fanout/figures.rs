//! The figures of all runs, and their chart.

use super::{
    super::{
        chart::{Bar, Bars, Chart},
        statistics::{median, rounded},
    },
    Options, Run, Runs,
    peers::Target,
};
use crate::results::Results;
use anyhow::Context;
use std::time::Duration;
use toml::{Table, Value};

/// Each ratio of deliveries: its name, what is divided, and by what.
const RATIOS: [(&str, Target, Target); 5] = [
    ("ratio_redis", Target::MessageHub, Target::Redis),
    ("ratio_nats", Target::MessageHub, Target::Nats),
    ("ratio_nchan", Target::MessageHub, Target::Nchan),
    ("ratio_ws", Target::MessageHub, Target::Ws),
    ("ratio_queue", Target::MessageHubHttp, Target::Pubsub),
];

/// The medians of each server, and the ratios between them.
pub(super) fn of(options: &Options, all: &[Runs]) -> Table {
    let mut figures: Table = all
        .iter()
        .map(|runs| (runs.system.name().to_owned(), Value::Table(medians(runs))))
        .collect();
    for (name, above, below) in RATIOS {
        if let Some(ratio) = ratio(all, above, below) {
            figures.insert(name.into(), rounded(ratio, 1));
        }
    }
    let counts = [
        ("rounds", options.rounds as i64),
        ("seconds", options.seconds as i64),
        ("readers", options.readers as i64),
        ("connections", options.connections as i64),
        ("window", options.window as i64),
    ];
    figures.extend(counts.map(|(name, count)| (name.to_owned(), Value::Integer(count))));
    figures
}

/// The median of each figure that was measured, in the units that the book uses.
fn medians(Runs { version, runs, .. }: &Runs) -> Table {
    type Figure = fn(&Run) -> Option<f64>;
    let of = |figure: Figure| median(runs.iter().flatten().filter_map(figure));
    let figures: [(&str, i32, Figure); 9] = [
        ("deliveries_millions", 2, |run| run.deliveries.map(|count| count / 1e6)),
        ("paced_p50_ms", 1, |run| run.paced.map(|paced| millis(paced.p50))),
        ("paced_p99_ms", 1, |run| run.paced.map(|paced| millis(paced.p99))),
        ("connect_seconds", 2, |run| run.idle.map(|idle| idle.connect.as_secs_f64())),
        ("kib_per_connection", 1, |run| run.idle.map(|idle| idle.bytes_each / 1024.0)),
        ("none_stopped_p50_ms", 1, |run| run.stopped.map(|[without, _]| millis(without.p50))),
        ("none_stopped_p99_ms", 1, |run| run.stopped.map(|[without, _]| millis(without.p99))),
        ("one_stopped_p50_ms", 1, |run| run.stopped.map(|[_, with]| millis(with.p50))),
        ("one_stopped_p99_ms", 1, |run| run.stopped.map(|[_, with]| millis(with.p99))),
    ];
    let floats = figures
        .into_iter()
        .filter_map(|(name, places, figure)| Some((name, rounded(of(figure)?, places))));
    let deliveries = of(|run| run.deliveries).map(|count| Value::Integer(count.round() as i64));
    let deliveries = deliveries.map(|count| ("deliveries_per_second", count));
    let failed = runs.iter().filter(|run| run.is_none()).count();
    let rest = [
        ("failed_runs", Value::Integer(failed as i64)),
        ("version", Value::String(version.clone())),
    ];
    let figures = floats.chain(deliveries).chain(rest);
    figures.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The median of what each round makes of two servers.
fn ratio(all: &[Runs], above: Target, below: Target) -> Option<f64> {
    let of = |system| all.iter().find(|runs| runs.system == system);
    let rounds = of(above)?.runs.iter().zip(&of(below)?.runs);
    let ratio = |above: &Option<Run>, below: &Option<Run>| {
        Some(above.as_ref()?.deliveries? / below.as_ref()?.deliveries?)
    };
    median(rounds.filter_map(|(above, below)| ratio(above, below)))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The chart of these results, without what was not measured.
pub(crate) fn draw(results: &Results) -> anyhow::Result<String> {
    let count = |name: &str| {
        let count = results.get(name).and_then(Value::as_integer);
        count.with_context(|| format!("no figure {name}"))
    };
    let (readers, connections) = (count("readers")?, count("connections")?);
    let panel = |title: String, unit: &str, key: &str| {
        let bar = |system: Target| {
            let value = results.get(&format!("{}.{key}", system.name()))?;
            let millions = |count: i64| (count as f64 / 1e4).round() / 1e2;
            let value = value.as_float().or_else(|| value.as_integer().map(millions))?;
            Some(Bar { name: system.label().into(), value, colour: colour(system) })
        };
        let bars = Target::ALL.into_iter().filter_map(bar).collect();
        Bars { title, unit: unit.into(), bars }
    };
    let mut panels = vec![
        panel(format!("deliveries a second to {readers} readers"), "M", "deliveries_per_second"),
        panel("time of a paced delivery, 99th percentile".into(), "ms", "paced_p99_ms"),
        panel("resident memory of an idle connection".into(), "KiB", "kib_per_connection"),
        panel(format!("time to connect {connections} readers"), "s", "connect_seconds"),
    ];
    panels.retain(|panel| !panel.bars.is_empty());
    let chart = Chart {
        id: "bench-fanout".into(),
        title: format!("one channel, {readers} readers, several servers"),
        source: format!("{}; {}; {}", results.command, results.machine, results.date),
        panels,
    };
    Ok(chart.to_svg())
}

/// Ours, the one before it, and the others.
fn colour(system: Target) -> usize {
    match system {
        Target::MessageHub | Target::MessageHubHttp => 0,
        Target::Pubsub => 1,
        Target::Redis | Target::Nats | Target::Nchan | Target::Ws => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        let figures = "readers = 10\nconnections = 20\n[redis]\ndeliveries_per_second = 2345678\n";
        let [command, date, machine] = ["just bench", "2026-11-22", "2 cores"].map(str::to_owned);
        let results = Results { command, date, machine, figures: figures.parse().unwrap() };
        let chart = draw(&results).unwrap();
        assert!(chart.contains("deliveries a second to 10 readers: Redis 2.35 M."), "{chart}");
        assert!(!chart.contains("NATS") && !chart.contains("20 readers"), "{chart}");
    }

    #[test]
    fn a_ratio_is_of_the_rounds_that_both_finished() {
        let run = |deliveries| Some(Run { deliveries: Some(deliveries), ..Run::default() });
        let runs = |system, runs| Runs { system, version: String::new(), runs };
        let all = [
            runs(Target::MessageHub, vec![run(6.0), run(8.0), run(1.0)]),
            runs(Target::Redis, vec![run(3.0), run(2.0), None]),
        ];
        assert_eq!(ratio(&all, Target::MessageHub, Target::Redis), Some(4.0));
        assert_eq!(ratio(&all, Target::MessageHub, Target::Ws), None);
    }
}
