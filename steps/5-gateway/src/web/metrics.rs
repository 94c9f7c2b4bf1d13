//! Figures as Prometheus reads them.

use message_hub::Totals;
use prometheus::{
    TextEncoder,
    proto::{Counter, Gauge, Metric, MetricFamily, MetricType},
};

/// The media type of what [`text`] makes.
pub(super) const MEDIA_TYPE: &str = prometheus::TEXT_FORMAT;

/// One figure, and what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    value: f64,
}

impl Figure {
    /// A figure that only grows while the program runs. Its name ends with `_total`.
    pub fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Figure { name, help, kind: MetricType::COUNTER, value: value as f64 }
    }

    /// A figure that goes up and down.
    pub fn gauge(name: &'static str, help: &'static str, value: f64) -> Self {
        Figure { name, help, kind: MetricType::GAUGE, value }
    }
}

/// The figures of a hub. There is none for each channel: strangers name those, and a monitor keeps
/// every name that it has seen.
// ANCHOR: figures
pub(super) fn of_hub(totals: Totals) -> [Figure; 5] {
    [
        Figure::gauge("hub_channels", "Channels there are.", totals.channels as f64),
        Figure::gauge("hub_channels_bytes", "Memory of all channels, about.", totals.bytes as f64),
        Figure::gauge("hub_readers", "Subscriptions there are.", totals.readers as f64),
        Figure::counter("hub_messages_total", "Messages published.", totals.messages),
        Figure::counter(
            "hub_missed_total",
            "Messages that readers were too slow for.",
            totals.missed,
        ),
    ]
}
// ANCHOR_END: figures

/// Figures in the text format of Prometheus.
pub(super) fn text(figures: impl IntoIterator<Item = Figure>) -> String {
    let families: Vec<_> = figures.into_iter().map(family).collect();
    TextEncoder::new().encode_to_string(&families).expect("a figure has a name and one value")
}

fn family(figure: Figure) -> MetricFamily {
    let mut metric = Metric::default();
    match figure.kind {
        MetricType::COUNTER => {
            let mut counter = Counter::default();
            counter.set_value(figure.value);
            metric.set_counter(counter);
        }
        _ => {
            let mut gauge = Gauge::default();
            gauge.set_value(figure.value);
            metric.set_gauge(gauge);
        }
    }
    let mut family = MetricFamily::default();
    family.set_name(figure.name.into());
    family.set_help(figure.help.into());
    family.set_field_type(figure.kind);
    family.set_metric(vec![metric]);
    family
}
