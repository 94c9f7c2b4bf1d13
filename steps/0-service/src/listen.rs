//! Listening on a TCP port.

use socket2::{Domain, Protocol, Socket, Type};
use std::{io, net::SocketAddr, net::TcpListener};

/// How many connections may wait to be accepted. With less, a burst of ten thousand waits for
/// retransmissions; Linux cuts this to `net.core.somaxconn`, 4096 unless set.
const BACKLOG: i32 = 4096;

/// Listens on `address`; the listener does not block, which is what tokio and `may` ask for.
///
/// The address may be bound again at once after a stop, but not while another listener has it.
/// An error names the address: `127.0.0.1:7776: address in use`.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    bind(address).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "address in use; stop what listens there, or choose another port".into()
            }
            io::ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
            io::ErrorKind::PermissionDenied => {
                "not permitted; ports below 1024 are for root".into()
            }
            _ => error.to_string(),
        };
        io::Error::new(error.kind(), format!("{address}: {reason}"))
    })
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
