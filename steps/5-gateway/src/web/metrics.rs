//! Figures as Prometheus reads them.

use message_hub::Totals;
use prometheus::{
    TextEncoder,
    proto::{self, Counter, Gauge, MetricFamily, MetricType},
};

/// The media type of what [`text`] makes.
pub(super) const MEDIA_TYPE: &str = prometheus::TEXT_FORMAT;

/// One metric, and what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    value: f64,
}

impl Metric {
    /// A metric that only grows while the program runs. Its name ends with `_total`.
    pub fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Metric { name, help, kind: MetricType::COUNTER, value: value as f64 }
    }

    /// A metric that goes up and down.
    pub fn gauge(name: &'static str, help: &'static str, value: f64) -> Self {
        Metric { name, help, kind: MetricType::GAUGE, value }
    }
}

/// The metrics of a hub. There is none for each channel: strangers name those, and a monitor keeps
/// every name that it has seen.
// ANCHOR: metrics
pub(super) fn of_hub(totals: Totals) -> [Metric; 5] {
    [
        Metric::gauge("hub_channels", "Channels there are.", totals.channels as f64),
        Metric::gauge("hub_channels_bytes", "Memory of all channels, about.", totals.bytes as f64),
        Metric::gauge("hub_readers", "Subscriptions there are.", totals.readers as f64),
        Metric::counter("hub_messages_total", "Messages published.", totals.messages),
        Metric::counter(
            "hub_missed_total",
            "Messages that readers were too slow for.",
            totals.missed,
        ),
    ]
}
// ANCHOR_END: metrics

/// Figures in the text format of Prometheus.
pub(super) fn text(metrics: impl IntoIterator<Item = Metric>) -> String {
    let families: Vec<_> = metrics.into_iter().map(family).collect();
    TextEncoder::new().encode_to_string(&families).expect("a metric has a name and one value")
}

fn family(metric: Metric) -> MetricFamily {
    let mut sample = proto::Metric::default();
    match metric.kind {
        MetricType::COUNTER => {
            let mut counter = Counter::default();
            counter.set_value(metric.value);
            sample.set_counter(counter);
        }
        _ => {
            let mut gauge = Gauge::default();
            gauge.set_value(metric.value);
            sample.set_gauge(gauge);
        }
    }
    let mut family = MetricFamily::default();
    family.set_name(metric.name.into());
    family.set_help(metric.help.into());
    family.set_field_type(metric.kind);
    family.set_metric(vec![sample]);
    family
}
