//! The program of step 2: it prints the numbers that a client gives it, from a server of its own
//! unless told otherwise.

use crate::{NumberClient, Server};
use service::{BoxError, Scope, Service, Settings};
use std::{io, sync::Arc};
use tokio::io::AsyncWriteExt;

/// Prints the numbers of a number server.
// ANCHOR: program
pub struct NumberProgram {
    client: Arc<NumberClient>,
}

impl NumberProgram {
    /// The program that the setting `number_server` asks for.
    pub fn new(settings: &Settings) -> Self {
        let server = Server::new(settings);
        NumberProgram { client: Arc::new(NumberClient::new(settings, server)) }
    }
}

impl Service for NumberProgram {
    fn name(&self) -> &str {
        "numbers"
    }

    fn children(&self) -> Vec<Arc<dyn Service>> {
        vec![self.client.clone()]
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
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
// ANCHOR_END: program

/// Prints a line. Unlike `println!`, it holds up nobody else while standard output takes no more.
async fn print(number: u8) -> io::Result<()> {
    let mut output = tokio::io::stdout();
    output.write_all(format!("{number}\n").as_bytes()).await?;
    output.flush().await
}
