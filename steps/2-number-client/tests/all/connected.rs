//! Looks for `connected` to tell the truth at every turn: a gateway's page shows it.

use crate::support::{Client, Closed, Log, within};
use number_client::{NumberClient, Server};
use service::Settings;
use tokio::sync::watch;

async fn becomes(connected: &mut watch::Receiver<bool>, expected: bool, when: &str) {
    let what = format!("connected to be {expected} {when}");
    within(&what, connected.wait_for(|now| *now == expected)).await.expect("the client lives");
}

#[tokio::test]
async fn before_the_start_there_is_no_connection() {
    let settings = Settings::with::<&str, &str>([]);
    let client = NumberClient::new(&settings, Server::At("127.0.0.1:7776".into()));
    assert!(!*client.connected().borrow());
}

#[tokio::test]
async fn connected_follows_the_truth_from_start_to_stop_and_again() {
    let mut log = Log::listen();
    let closed = Closed::new();
    let client = Client::start(closed.address(), []).await;
    let mut connected = client.client.connected();
    log.line("Connection refused").await;
    assert!(!*connected.borrow(), "nothing listens");

    let peer = closed.listen(1);
    let connection = peer.accept().await;
    becomes(&mut connected, true, "when the server has come").await;
    drop(connection);
    becomes(&mut connected, false, "when the server has gone").await;
    let connection = peer.accept().await;
    becomes(&mut connected, true, "when the server is back").await;
    connection.reset();
    becomes(&mut connected, false, "after a reset").await;
    let _connection = peer.accept().await;
    becomes(&mut connected, true, "when the server is back again").await;

    client.stop().await;
    assert!(!*connected.borrow(), "a client that has stopped has no connection");
    assert!(!*client.client.connected().borrow(), "whoever asks later hears the same");

    client.lifecycle.start().await.expect("a client can start again");
    let _connection = peer.accept().await;
    becomes(&mut connected, true, "after another start").await;
}
