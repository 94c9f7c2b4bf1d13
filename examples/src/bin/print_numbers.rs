//! `./just example print_numbers`
//!
//! The number client in a few lines: prints ten numbers from a server at 127.0.0.1:7776, which is
//! `./just step 1` in another terminal.

use number_client::{NumberClient, Server};
use service::{Lifecycle, Settings};
use std::sync::Arc;

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), service::Error> {
    let settings = Settings::with::<&str, &str>([]);
    let client = Arc::new(NumberClient::new(&settings, Server::At("127.0.0.1:7776".into())));
    let lifecycle = Lifecycle::new(client.clone());
    lifecycle.start().await?;
    let mut numbers =
        client.numbers().expect("the client has just started, and nobody else has asked");
    for _ in 0..10 {
        if let Some(number) = numbers.next().await {
            println!("{number}");
        }
    }
    lifecycle.stop().await
}
// ANCHOR_END: main
