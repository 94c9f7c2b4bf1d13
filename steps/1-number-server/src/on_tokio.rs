//! The number server on tokio: a connection is a task.

use crate::{
    door::{Door, Guest},
    write_line::reads_nothing,
};
use service::Scope;
use std::{io, sync::Arc};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    select,
    time::{sleep, sleep_until, timeout},
};

pub(crate) fn serve(
    listener: std::net::TcpListener,
    door: Arc<Door>,
    scope: &Scope,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    scope.spawn_task("accept", accept(listener, door, scope.clone()));
    Ok(())
}

// ANCHOR: accept
async fn accept(listener: TcpListener, door: Arc<Door>, scope: Scope) {
    let connections = scope.contained();
    loop {
        match listener.accept().await {
            Ok((mut stream, peer)) => {
                door.works();
                match door.admit(peer) {
                    Ok(guest) => connections.spawn_task("connection", serve_guest(stream, guest)),
                    // A new connection has room for a sentence, so this does not wait.
                    Err(refusal) => drop(stream.write_all(refusal.as_bytes()).await),
                }
            }
            Err(error) => sleep(door.failed(&error)).await,
        }
    }
}
// ANCHOR_END: accept

async fn serve_guest(stream: TcpStream, mut guest: Guest) {
    let result = say_numbers(stream, &mut guest).await;
    guest.leave(result);
}

// ANCHOR: say_numbers
async fn say_numbers(mut stream: TcpStream, guest: &mut Guest) -> io::Result<()> {
    let mut rate = guest.pace.changes();
    loop {
        let line = guest.numbers.next_line();
        timeout(guest.write_timeout, stream.write_all(line))
            .await
            .map_err(|_| reads_nothing())??;
        loop {
            select! {
                () = sleep_until(guest.pace.next().into()) => break,
                _ = rate.changed() => {} // the next number is due at another time
            }
        }
        guest.pace.advance();
    }
}
// ANCHOR_END: say_numbers
