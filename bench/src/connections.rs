//! What ten thousand open connections cost the number server, on each of its runtimes.

use super::{
    chart::{Bar, Bars, Chart},
    machine,
    process::{self, Server},
    statistics::{median, percentile, rounded},
};
use crate::results::Results;
use anyhow::Context;
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{sleep_until, timeout},
};
use toml::{Table, Value};

const RUNTIMES: [&str; 3] = ["tokio", "may", "threads"];

/// How many connects are under way at once.
const CONNECTING: usize = 512;

/// How long the numbers are watched, once all are connected.
const WATCHED: Duration = Duration::from_secs(8);

/// A connection that has no number after this long does not count as held.
const ROUND_TIMEOUT: Duration = Duration::from_secs(30);

/// The time from one number to the next.
const PERIOD: Duration = Duration::from_secs(1);

/// What one run on one runtime found.
#[derive(Debug, Clone)]
struct Run {
    held: usize,
    connect: Duration,
    bytes_each: f64,
    cpu_per_million: f64,
    late_p50: Duration,
    late_p99: Duration,
}

/// Measures each runtime in turn, `rounds` times; medians are the result.
pub(super) fn measure(root: &Path, connections: usize, rounds: usize) -> anyhow::Result<Results> {
    process::build(root, "number-server")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); RUNTIMES.len()];
    for round in 1..=rounds {
        for (index, name) in RUNTIMES.iter().enumerate() {
            let run =
                runtime.block_on(run(root, name, connections)).with_context(|| name.to_string())?;
            println!("round {round}, {name}: {}", run.describe());
            runs[index].push(run);
        }
    }
    let of_runtime =
        |(name, runs): (&&str, &Vec<Run>)| (name.to_string(), Value::Table(medians(runs)));
    let mut figures: Table = RUNTIMES.iter().zip(&runs).map(of_runtime).collect();
    figures.insert("connections".into(), Value::Integer(connections as i64));
    figures.insert("rounds".into(), Value::Integer(rounds as i64));
    let command = format!("just bench connections --connections {connections} --rounds {rounds}");
    let (machine, date) = (machine::machine(), machine::today());
    Ok(Results { command, date, machine, figures })
}

impl Run {
    fn describe(&self) -> String {
        format!(
            "{} held, connected in {:.2} s, {:.2} KiB each, {:.2} CPU s a million numbers, late p50 {:.1} ms, p99 {:.1} ms",
            self.held,
            self.connect.as_secs_f64(),
            self.bytes_each / 1024.0,
            self.cpu_per_million,
            self.late_p50.as_secs_f64() * 1e3,
            self.late_p99.as_secs_f64() * 1e3
        )
    }
}

async fn run(root: &Path, runtime: &str, connections: usize) -> anyhow::Result<Run> {
    let settings = [
        ("numbers_bind", "127.0.0.1:0"),
        ("runtime", runtime),
        ("max_connections", "100000"),
        ("rate_per_minute", "60"),
    ];
    let server = Server::start(root, "number-server", &settings)?;
    // The first connection starts what a runtime starts once; it is not what a connection costs.
    let _first = first_number(server.address).await?;
    let before = server.resident()?;

    let began = Instant::now();
    let (tell, mut connected) = mpsc::channel(connections.max(1));
    let (end, ends) = watch::channel(None);
    let permits = Arc::new(Semaphore::new(CONNECTING));
    let mut holding = JoinSet::new();
    for _ in 0..connections {
        holding.spawn(hold(server.address, permits.clone(), tell.clone(), ends.clone()));
    }
    drop(tell);
    let mut held = 0;
    while connected.recv().await.is_some() {
        held += 1;
    }
    let connect = began.elapsed();

    let (cpu, since) = (server.cpu()?, Instant::now());
    end.send_replace(Some(since + WATCHED));
    let (mut late, mut open) = (Vec::new(), Vec::with_capacity(held));
    while let Some(one) = holding.join_next().await {
        if let Some((arrivals, stream)) = one? {
            late.extend(lateness(&arrivals, since));
            open.push(stream); // until memory has been read
        }
    }
    let cpu = server.cpu()?.saturating_sub(cpu);
    late.sort();
    Ok(Run {
        held,
        connect,
        bytes_each: server.resident()?.saturating_sub(before) as f64 / held.max(1) as f64,
        cpu_per_million: cpu.as_secs_f64() * 1e6 / late.len().max(1) as f64,
        late_p50: percentile(&late, 0.50),
        late_p99: percentile(&late, 0.99),
    })
}

/// A connection that has said its first number.
async fn first_number(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let mut line = [0; 8];
    let count = stream.read(&mut line).await?;
    let text = str::from_utf8(&line[..count]).unwrap_or_default();
    match text.trim_end().parse::<u8>() {
        Ok(_) => Ok(stream),
        Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, format!("no number: {text:?}"))),
    }
}

/// Connects, tells when it has a number, and reads until the time comes that `end` tells.
/// Returns when each number came, and the stream, still open; `None` if no number came at all.
async fn hold(
    address: SocketAddr,
    permits: Arc<Semaphore>,
    connected: mpsc::Sender<()>,
    mut end: watch::Receiver<Option<Instant>>,
) -> Option<(Vec<Instant>, TcpStream)> {
    let permit = permits.acquire_owned().await.ok()?;
    let mut stream = timeout(ROUND_TIMEOUT, first_number(address)).await.ok()?.ok()?;
    let mut arrivals = vec![Instant::now()];
    drop(permit);
    connected.send(()).await.ok()?;
    drop(connected);
    let over = async {
        if let Ok(Some(end)) = end.wait_for(Option::is_some).await.map(|end| *end) {
            sleep_until(end.into()).await;
        }
    };
    tokio::pin!(over);
    let mut buffer = [0; 64];
    loop {
        let count = tokio::select! {
            () = &mut over => break,
            count = stream.read(&mut buffer) => count.ok()?,
        };
        let now = Instant::now();
        let numbers = buffer[..count].iter().filter(|byte| **byte == b'\n');
        arrivals.extend(numbers.map(|_| now));
        if count == 0 {
            return None;
        }
    }
    Some((arrivals, stream))
}

/// How much later than its schedule each number came, of those that came after `since`.
///
/// The earliest number, of all, sets the schedule.
fn lateness(arrivals: &[Instant], since: Instant) -> Vec<Duration> {
    let Some(first) = arrivals.first() else { return Vec::new() };
    let offset = |(index, arrival): (usize, &Instant)| {
        arrival.duration_since(*first).as_secs_f64() - index as f64 * PERIOD.as_secs_f64()
    };
    let offsets: Vec<_> = arrivals.iter().enumerate().map(offset).collect();
    let earliest = offsets.iter().copied().fold(f64::INFINITY, f64::min);
    let counted = offsets.iter().zip(arrivals).filter(|(_, arrival)| **arrival >= since);
    counted.map(|(offset, _)| Duration::from_secs_f64(offset - earliest)).collect()
}

/// The median of each figure, in the units that the book uses.
fn medians(runs: &[Run]) -> Table {
    let median = |figure: fn(&Run) -> f64, places: i32| {
        rounded(median(runs.iter().map(figure)).unwrap_or_default(), places)
    };
    let figures = [
        ("connect_seconds", median(|run| run.connect.as_secs_f64(), 2)),
        ("kib_per_connection", median(|run| run.bytes_each / 1024.0, 1)),
        ("cpu_seconds_per_million", median(|run| run.cpu_per_million, 1)),
        ("late_p50_ms", median(|run| run.late_p50.as_secs_f64() * 1e3, 1)),
        ("late_p99_ms", median(|run| run.late_p99.as_secs_f64() * 1e3, 1)),
    ];
    let held = runs.iter().map(|run| run.held).min().unwrap_or(0);
    let held = [("held", Value::Integer(held as i64))];
    figures.into_iter().chain(held).map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The chart of these results.
pub(super) fn draw(results: &Results) -> anyhow::Result<String> {
    let panel = |title: &str, unit: &str, key: &str| -> anyhow::Result<Bars> {
        let bar = |(colour, name): (usize, &&str)| {
            let value = results.get(&format!("{name}.{key}")).and_then(Value::as_float);
            value
                .map(|value| Bar { name: name.to_string(), value, colour })
                .with_context(|| format!("no figure {name}.{key}"))
        };
        let bars = RUNTIMES.iter().enumerate().map(bar).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Bars { title: title.into(), unit: unit.into(), bars })
    };
    let connections =
        results.get("connections").and_then(Value::as_integer).context("no figure connections")?;
    let chart = Chart {
        id: "bench-connections".into(),
        title: format!("{connections} open connections on three runtimes"),
        source: format!("{}; {}; {}", results.command, results.machine, results.date),
        panels: vec![
            panel("resident memory for each connection", "KiB", "kib_per_connection")?,
            panel("time to connect them all", "s", "connect_seconds")?,
            panel("processor time for a million numbers", "s", "cpu_seconds_per_million")?,
            panel("lateness of a number, 99th percentile", "ms", "late_p99_ms")?,
        ],
    };
    Ok(chart.to_svg())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_counted_from_the_earliest_number() {
        let start = Instant::now();
        let arrivals = [0, 1010, 2000, 3040].map(|millis| start + Duration::from_millis(millis));
        let late: Vec<_> = lateness(&arrivals, start)
            .iter()
            .map(|late| late.as_secs_f64().mul_add(1e3, 0.5) as u64)
            .collect();
        assert_eq!(late, [0, 10, 0, 40]);
        assert_eq!(lateness(&arrivals, arrivals[3]).len(), 1);
        assert!(lateness(&[], start).is_empty());
    }
}
