//! The log: a line an event, on standard error, with the service's path where others put a
//! module's.

use std::{fmt, panic, time::SystemTime};
use tracing::{Event, Level, Subscriber, error, field::Field, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    reload,
};

use crate::settings::ValueEnum;

/// The level of the log, as a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl ValueEnum for LogLevel {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}

/// A hold on the log of this process, to change its level.
pub(crate) struct Logging(reload::Handle<LevelFilter, Registry>);

impl Logging {
    /// Starts the log, and has panics told in it.
    pub(crate) fn start(level: LogLevel) -> Logging {
        let (filter, handle) = reload::Layer::new(LevelFilter::from(level));
        let lines =
            tracing_subscriber::fmt::layer().event_format(Line).with_writer(std::io::stderr);
        // Fails only if there is a log already, as in a test; that one is as good.
        let _ = tracing::subscriber::set_global_default(
            Registry::default().with(lines.with_filter(filter)),
        );
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            error!("panic at {place}: {}", crate::error::panic_message(panic.payload()));
        }));
        Logging(handle)
    }

    pub(crate) fn set_level(&self, level: LogLevel) {
        // Fails only if the log is gone, which it never is.
        let _ = self.0.reload(LevelFilter::from(level));
    }
}

/// Writes `2026-11-22T09:17:03Z INFO  gateway/hub: ready`.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = match *event.metadata().level() {
            Level::ERROR => "ERROR",
            Level::WARN => "WARN ",
            Level::INFO => "INFO ",
            Level::DEBUG => "DEBUG",
            Level::TRACE => "TRACE",
        };
        let source =
            if fields.service.is_empty() { event.metadata().target() } else { &fields.service };
        let time = humantime::format_rfc3339_seconds(SystemTime::now());
        writeln!(to, "{time} {level} {source}: {}{}", fields.message, fields.others)
    }
}

#[derive(Default)]
struct Fields {
    service: String,
    message: String,
    others: String,
}

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "service" => self.service = format!("{value:?}"),
            "message" => self.message = format!("{value:?}"),
            name => self.others.push_str(&format!(" {name}={value:?}")),
        }
    }
}
