//! The number server that a client reads from: another program's, or one in the same process.

use number_server::NumberServer;
use service::{
    Settings,
    settings::{Toml, Value},
};
use std::{num::NonZeroU16, sync::Arc};

/// The number server that a client reads from.
#[derive(Clone)]
pub enum Server {
    /// One at an address, such as `127.0.0.1:7776` or `numbers.example:7776`.
    At(String),
    /// One in the same process, which the client contains.
    Embedded(Arc<NumberServer>),
}

impl Server {
    /// The server that the setting `number_server` asks for.
    // ANCHOR: new
    pub fn new(settings: &Settings) -> Self {
        let number_server = settings
            .define("number_server", Source::Embedded)
            .help("Where numbers come from: \"embedded\", or the address of a number server.")
            .at_start();
        // Its settings are known, though it may not be wanted: one file does for both.
        let embedded = NumberServer::new(settings);
        match number_server.get() {
            Source::Embedded => Server::Embedded(Arc::new(embedded)),
            Source::At(address) => Server::At(address),
        }
    }
    // ANCHOR_END: new
}

/// Where numbers come from.
#[derive(Debug, Clone, PartialEq)]
enum Source {
    Embedded,
    At(String),
}

impl Value for Source {
    fn expected() -> String {
        "\"embedded\" or an address such as \"127.0.0.1:7776\"".into()
    }

    fn from_toml(toml: &Toml) -> Option<Self> {
        match toml.as_str()? {
            "embedded" => Some(Source::Embedded),
            address if is_address(address) => Some(Source::At(address.into())),
            _ => None,
        }
    }

    fn to_toml(&self) -> Option<Toml> {
        Some(match self {
            Source::Embedded => "embedded".into(),
            Source::At(address) => address.as_str().into(),
        })
    }
}

/// What an address must look like, for settings to be checked before anything starts.
fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    // Of the names for a host, only an IPv6 address has colons, and it is in brackets here.
    let is_in_brackets = host.starts_with('[') && host.ends_with(']');
    let is_name = !host.is_empty() && !host.contains(['/', ' ', ':']);
    (is_name || is_in_brackets) && port.parse::<NonZeroU16>().is_ok()
}
