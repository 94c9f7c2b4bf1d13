//! The number server on threads: a connection is a thread of the system.

use crate::{
    door::{Door, Guest},
    write_line::{LOOK_UP, write_line},
};
use service::{Pause, Scope, Wake};
use socket2::SockRef;
use std::{
    io::{self, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
};

/// The stack of a thread, in bytes. Only what is used of it takes memory.
const STACK: usize = 64 * 1024;

pub(crate) fn serve(listener: TcpListener, door: Arc<Door>, scope: &Scope) -> io::Result<()> {
    listener.set_nonblocking(false)?;
    let listener = Arc::new(listener);
    let accepting = listener.clone();
    scope.at_stop(move || drop(SockRef::from(&*listener).shutdown(Shutdown::Both)));
    let connections = scope.contained();
    scope.spawn_thread("accept", STACK, move |pause| accept(&accepting, &door, &connections, pause))
}

// ANCHOR: accept
fn accept(listener: &TcpListener, door: &Arc<Door>, connections: &Scope, pause: &Pause) {
    while !pause.is_stopping() {
        let served = match listener.accept() {
            Ok((mut stream, peer)) => match door.admit(peer) {
                Ok(guest) => connections
                    .spawn_thread("connection", STACK, |pause| serve_guest(stream, guest, pause)),
                Err(refusal) => stream.write_all(refusal.as_bytes()).or(Ok(())),
            },
            Err(error) => Err(error),
        };
        match served {
            Ok(()) => door.works(),
            Err(_) if pause.is_stopping() => return,
            Err(error) => {
                pause.wait(door.failed(&error));
            }
        }
    }
}
// ANCHOR_END: accept

fn serve_guest(stream: TcpStream, mut guest: Guest, pause: &Pause) {
    let result = say_numbers(stream, &mut guest, pause);
    guest.leave(result);
}

// ANCHOR: say_numbers
fn say_numbers(mut stream: TcpStream, guest: &mut Guest, pause: &Pause) -> io::Result<()> {
    stream.set_write_timeout(Some(LOOK_UP))?;
    loop {
        write_line(&mut stream, guest.numbers.next_line(), guest.write_timeout, pause)?;
        loop {
            match pause.until(guest.pace.next()) {
                Wake::Due => break,
                Wake::Reloaded => {} // the next number may be due at another time
                Wake::Stopping => return Ok(()),
            }
        }
        guest.pace.advance();
    }
}
// ANCHOR_END: say_numbers
