//! The number server on tokio: a connection is a task.

use crate::{
    acceptor::{Acceptor, Connection},
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
    acceptor: Arc<Acceptor>,
    scope: &Scope,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    scope.spawn_task("accept", accept(listener, acceptor, scope.clone()));
    Ok(())
}

// ANCHOR: accept
async fn accept(listener: TcpListener, acceptor: Arc<Acceptor>, scope: Scope) {
    let connections = scope.contained();
    loop {
        match listener.accept().await {
            Ok((mut stream, peer)) => {
                acceptor.accepted();
                match acceptor.admit(peer) {
                    Ok(connection) => {
                        connections.spawn_task("connection", serve_guest(stream, connection))
                    }
                    // A new connection has room for a sentence, so this does not wait.
                    Err(rejection) => drop(stream.write_all(rejection.as_bytes()).await),
                }
            }
            Err(error) => sleep(acceptor.failed(&error)).await,
        }
    }
}
// ANCHOR_END: accept

async fn serve_guest(stream: TcpStream, mut connection: Connection) {
    let result = say_numbers(stream, &mut connection).await;
    connection.leave(result);
}

// ANCHOR: say_numbers
async fn say_numbers(mut stream: TcpStream, connection: &mut Connection) -> io::Result<()> {
    let mut rate = connection.pace.changes();
    loop {
        let line = connection.numbers.next_line();
        timeout(connection.write_timeout, stream.write_all(line))
            .await
            .map_err(|_| reads_nothing())??;
        loop {
            select! {
                () = sleep_until(connection.pace.next().into()) => break,
                _ = rate.changed() => {} // the next number is due at another time
            }
        }
        connection.pace.advance();
    }
}
// ANCHOR_END: say_numbers
