//! The number server on `may`: a connection is a coroutine. It reads like the one on threads.

use crate::{
    acceptor::{Acceptor, Connection},
    write_line::{STOP_CHECK_INTERVAL, write_line},
};
use may::net::{TcpListener, TcpStream};
use service::{Pause, Scope, Wake};
use socket2::SockRef;
use std::{
    io::{self, Write},
    net::Shutdown,
    os::fd::{FromRawFd, IntoRawFd},
    sync::Arc,
};

/// The stack of a coroutine, in bytes. Only what is used of it takes memory.
const STACK: usize = 32 * 1024;

pub(crate) fn serve(
    listener: std::net::TcpListener,
    acceptor: Arc<Acceptor>,
    scope: &Scope,
) -> io::Result<()> {
    let listener = Arc::new(from_std(listener));
    let accepting = listener.clone();
    scope.at_stop(move || drop(SockRef::from(listener.inner()).shutdown(Shutdown::Both)));
    let connections = scope.contained();
    scope.spawn_coroutine("accept", STACK, move |pause| {
        accept(&accepting, &acceptor, &connections, pause)
    })
}

/// `may` binds only with SO_REUSEPORT, which would let a second server have the same port. So the
/// listener is bound elsewhere, and handed over by its file descriptor.
#[allow(unsafe_code, reason = "may offers no other way to give it a listener")]
fn from_std(listener: std::net::TcpListener) -> TcpListener {
    // SAFETY: the descriptor is an open listening socket, and `into_raw_fd` gives up its ownership.
    unsafe { TcpListener::from_raw_fd(listener.into_raw_fd()) }
}

// ANCHOR: accept
fn accept(listener: &TcpListener, acceptor: &Arc<Acceptor>, connections: &Scope, pause: &Pause) {
    while !pause.is_stopping() {
        let served = match listener.accept() {
            Ok((mut stream, peer)) => match acceptor.admit(peer) {
                Ok(connection) => connections.spawn_coroutine("connection", STACK, |pause| {
                    serve_guest(stream, connection, pause)
                }),
                Err(rejection) => stream.write_all(rejection.as_bytes()).or(Ok(())),
            },
            Err(error) => Err(error),
        };
        match served {
            Ok(()) => acceptor.accepted(),
            Err(_) if pause.is_stopping() => return,
            Err(error) => {
                pause.wait(acceptor.failed(&error));
            }
        }
    }
}
// ANCHOR_END: accept

fn serve_guest(stream: TcpStream, mut connection: Connection, pause: &Pause) {
    let result = say_numbers(stream, &mut connection, pause);
    connection.leave(result);
}

// ANCHOR: say_numbers
fn say_numbers(
    mut stream: TcpStream,
    connection: &mut Connection,
    pause: &Pause,
) -> io::Result<()> {
    stream.set_write_timeout(Some(STOP_CHECK_INTERVAL))?;
    loop {
        write_line(&mut stream, connection.numbers.next_line(), connection.write_timeout, pause)?;
        loop {
            match pause.until(connection.pace.next()) {
                Wake::Due => break,
                Wake::Reloaded => {} // the next number may be due at another time
                Wake::Stopping => return Ok(()),
            }
        }
        connection.pace.advance();
    }
}
// ANCHOR_END: say_numbers
