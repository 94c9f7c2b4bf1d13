//! The program of step 2: it prints the numbers that a client gives it, from a server of its own
//! unless told otherwise.

use crate::{
    NumberClient,
    client::{Server, is_address},
};
use number_server::NumberServer;
use service::{
    Failure, Scope, Service, Settings,
    settings::{Toml, Value},
};
use std::{io, sync::Arc};
use tokio::io::AsyncWriteExt;

/// Prints the numbers of a number server. Inside it are a client and, unless told otherwise, a
/// server.
pub struct NumberProgram {
    server: Option<Arc<NumberServer>>,
    client: Arc<NumberClient>,
}

// ANCHOR: new
impl NumberProgram {
    /// The program that the setting `numbers` asks for.
    pub fn new(settings: &Settings) -> Self {
        let numbers = settings
            .define("numbers", Source::Embedded)
            .help("Where numbers come from: \"embedded\", or the address of a number server.")
            .at_start();
        let embedded = Arc::new(NumberServer::new(settings));
        let (server, from) = match numbers.get() {
            Source::Embedded => (Some(embedded.clone()), Server::Embedded(embedded)),
            Source::At(address) => (None, Server::At(address)),
        };
        NumberProgram { server, client: Arc::new(NumberClient::new(settings, from)) }
    }
}
// ANCHOR_END: new

// ANCHOR: service
impl Service for NumberProgram {
    fn name(&self) -> &str {
        "numbers"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        let server = self.server.clone().map(|server| server as Arc<dyn Service>);
        server.into_iter().chain([self.client.clone() as Arc<dyn Service>]).collect()
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        let mut numbers = self.client.numbers().ok_or("the number client has not started")?;
        let program = scope.clone();
        scope.spawn_task("print", async move {
            while let Some(number) = numbers.next().await {
                if let Err(error) = print(number).await {
                    return program.fail(format!("cannot print: {error}"));
                }
            }
        });
        scope.ready();
        Ok(())
    }
}
// ANCHOR_END: service

/// Prints a line. Unlike `println!`, it holds up nobody else while standard output takes no more.
async fn print(number: u8) -> io::Result<()> {
    let mut output = tokio::io::stdout();
    output.write_all(format!("{number}\n").as_bytes()).await?;
    output.flush().await
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
