//! What a web server must know of the program around it.

use super::Metric;

/// Whether the program around a web server is well, and what it counts.
// ANCHOR: trait
pub trait HealthCheck: Send + Sync + 'static {
    /// Whether clients should be sent here. If not, why: a sentence without a full stop.
    fn ready(&self) -> Result<(), &'static str>;

    /// What `/metrics` shows, beside the metrics of the hub.
    fn metrics(&self) -> Vec<Metric>;
}
// ANCHOR_END: trait
