//! Looks at how many clients are let in: as many as are set, and when one leaves there is room for
//! another.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[macro_use]
mod server;

use server::{Client, Server, until};
use std::collections::VecDeque;

on_each_runtime! {
    refuses_with_a_sentence_when_it_is_full,
    has_room_again_when_a_client_leaves,
    has_more_room_at_once_when_the_limit_is_raised,
    serves_a_hundred_at_once_and_forgets_them_when_they_leave,
}

const FULL: &str = "The number server is full (max_connections = 2). Come back later.\n";

async fn full_server(runtime: &str) -> (Server, [Client; 2]) {
    let server = Server::started(runtime, "rate_per_minute = 6000\nmax_connections = 2").await;
    let mut clients = [server.connect().await, server.connect().await];
    for client in &mut clients {
        client.number().await;
    }
    (server, clients)
}

async fn refuses_with_a_sentence_when_it_is_full(runtime: &str) {
    let (server, clients) = full_server(runtime).await;
    for _ in 0..10 {
        let mut refused = server.connect().await;
        assert_eq!(refused.line().await.as_deref(), Some(FULL));
        assert_eq!(refused.line().await, None, "and no more");
    }
    for mut client in clients {
        client.numbers(10).await;
    }
    server.stop().await;
}

async fn has_room_again_when_a_client_leaves(runtime: &str) {
    let (server, clients) = full_server(runtime).await;
    let mut clients = clients.into_iter().collect::<VecDeque<_>>();
    for _ in 0..5 {
        drop(clients.pop_front());
        clients.push_back(next_to_get_in(&server).await);
        let refused = server.connect().await.line().await;
        assert_eq!(refused.as_deref(), Some(FULL), "room for one, not for two");
    }
    for mut client in clients {
        client.numbers(10).await;
    }
    server.stop().await;
}

/// Comes back until there is room: the server learns that a client has left when it says the next
/// number.
async fn next_to_get_in(server: &Server) -> Client {
    loop {
        let mut client = server.connect().await;
        match client.line().await.as_deref() {
            Some(FULL) => {}
            Some(_) => return client,
            None => panic!("neither a number nor a rejection"),
        }
    }
}

async fn has_more_room_at_once_when_the_limit_is_raised(runtime: &str) {
    let (server, _clients) = full_server(runtime).await;
    server.change("max_connections = 3").await;
    let mut third = server.connect().await;
    third.number().await;
    let rejection = server.connect().await.line().await;
    assert_eq!(rejection, Some(FULL.replace('2', "3")));
    server.stop().await;
}

async fn serves_a_hundred_at_once_and_forgets_them_when_they_leave(runtime: &str) {
    let server = Server::started(runtime, "rate_per_minute = 6000\nmax_connections = 100").await;
    for _ in 0..3 {
        let mut clients = Vec::new();
        for _ in 0..100 {
            clients.push(server.connect().await);
        }
        let reading = clients.into_iter().map(|mut client| {
            tokio::spawn(async move {
                client.numbers(20).await;
                client
            })
        });
        let mut served = Vec::new();
        for client in reading.collect::<Vec<_>>() {
            served.push(client.await.unwrap());
        }
        assert_eq!(server.connections(), 100);
        assert_eq!(server.connect().await.line().await, Some(FULL.replace('2', "100")));
        drop(served);
        until("all are forgotten", || server.connections() == 0).await;
    }
    server.stop().await;
}
