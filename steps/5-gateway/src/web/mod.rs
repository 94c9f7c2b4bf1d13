//! The web server: everything that a browser, a proxy or a monitor asks for, on one port.
//!
//! | file | what |
//! | --- | --- |
//! | `server.rs` | [`WebServer`]: the service; a path is a channel, or something else |
//! | `routes.rs`, `response.rs` | what there is beside channels |
//! | `static_files.rs` | the page, and what a browser may do with it |
//! | `health_check.rs` | [`HealthCheck`]: what a web server must know of the program around it |
//! | `metrics.rs` | the metrics, as Prometheus reads them |
//! | `channel_list.rs` | what goes on in the channels that are read most |

mod channel_list;
mod health_check;
mod metrics;
mod response;
mod routes;
mod server;
mod static_files;

pub use health_check::HealthCheck;
pub use metrics::Metric;
pub use server::{WebHandler, WebServer};
