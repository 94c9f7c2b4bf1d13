//! The web server: everything that a browser, a proxy or a monitor asks for, on one port.
//!
//! | file | what |
//! | --- | --- |
//! | `server.rs` | [`WebServer`]: the service; a path is a channel, or something of the site |
//! | `site.rs`, `answer.rs` | what there is beside channels |
//! | `page.rs` | the page, and what a browser may do with it |
//! | `vitals.rs` | [`Vitals`]: what a web server must know of the program around it |
//! | `metrics.rs` | the figures, as Prometheus reads them |
//! | `channel_list.rs` | what goes on in the channels that are read most |

mod answer;
mod channel_list;
mod metrics;
mod page;
mod server;
mod site;
mod vitals;

pub use metrics::Figure;
pub use server::WebServer;
pub use vitals::Vitals;
