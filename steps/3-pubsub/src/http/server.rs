//! Accepting connections and serving HTTP/1.1 on them.

use super::{Limits, Linger, Rejection, host::check_host};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use service::{ConnectionLimit, ConnectionPermit, Full, Scope};
use socket2::SockRef;
use std::{
    convert::Infallible,
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    select,
    time::sleep,
};
use tracing::debug;

/// What answers the requests of a port.
pub trait Handler: Send + Sync + 'static {
    /// The body of an answer. One that goes on for ever ends itself when the service stops, at the
    /// latest when it is polled then.
    type Body: Body<Data = Bytes, Error = Infallible> + From<Bytes> + Send + 'static;

    /// Answers a request. What goes on when that is done, does so on `scope`. Whoever keeps the
    /// connection, after an upgrade, keeps its permit.
    fn answer(
        &self,
        request: Request<Incoming>,
        permit: &Arc<ConnectionPermit>,
        scope: &Scope,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// What the connections of one port share.
struct Server<H> {
    limits: Arc<Limits>,
    scope: Scope,
    handler: Arc<H>,
}

/// Serves whoever connects to `listener`, on tasks of `scope`, until it stops.
pub(super) fn serve<H: Handler>(
    listener: std::net::TcpListener,
    limits: Arc<Limits>,
    scope: &Scope,
    handler: Arc<H>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let limit = ConnectionLimit::new(limits.max_connections.clone(), scope);
    let server = Server { limits, scope: scope.clone(), handler };
    scope.spawn_task("accept", accept(listener, limit, Arc::new(server)));
    Ok(())
}

async fn accept<H: Handler>(
    listener: TcpListener,
    limit: Arc<ConnectionLimit>,
    server: Arc<Server<H>>,
) {
    let connections = server.scope.contained();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                limit.accepted();
                match limit.try_acquire() {
                    Ok(permit) => connections.spawn_graceful_task(
                        "connection",
                        server.clone().connection(stream, permit),
                    ),
                    Err(full) => refuse(stream, &full).await,
                }
            }
            Err(error) => sleep(limit.failed(&error)).await,
        }
    }
}

/// Says that there is no room.
async fn refuse(mut stream: TcpStream, full: &Full) {
    let sentence = format!("the server is {full}; come back later\n");
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: {}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n{sentence}",
        sentence.len()
    );
    // A new connection has room for this, so it does not wait.
    drop(stream.write_all(answer.as_bytes()).await);
}

impl<H: Handler> Server<H> {
    /// Serves one connection until it ends. At a stop, what is being answered is brought to an
    /// end: bodies are polled once more, and see it.
    async fn connection(self: Arc<Self>, stream: TcpStream, permit: ConnectionPermit) {
        if let Err(error) = self.prepare(&stream) {
            debug!(service = %self.scope, "a connection could not be prepared: {error}");
            return;
        }
        let permit = Arc::new(permit);
        let more_to_come = Arc::new(AtomicBool::new(false));
        let stream = Linger::new(stream, more_to_come.clone());
        // In a box, which is gone when the answer is there: what hyper has room for, it keeps.
        let answer = service_fn(|request: Request<Incoming>| {
            let has_body = !request.body().is_end_stream();
            let answer =
                check_host(&request).map(|()| self.handler.answer(request, &permit, &self.scope));
            let more_to_come = &more_to_come;
            Box::pin(async move {
                let answer = match answer {
                    Ok(answer) => answer.await,
                    Err(rejection) => Rejection::into_response(rejection),
                };
                // What is refused may not have been read to its end.
                more_to_come.store(has_body && !answer.status().is_success(), Relaxed);
                Ok::<_, Infallible>(answer)
            })
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout.get())
            .max_buf_size(self.limits.max_header_bytes.get())
            .serve_connection(TokioIo::new(stream), answer)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = select! {
            ended = connection.as_mut() => ended,
            () = self.scope.stopping() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            debug!(service = %self.scope, "a connection ended: {error}");
        }
    }

    fn prepare(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(stream);
        socket.set_send_buffer_size(self.limits.send_buffer_bytes.get())?;
        // What has died without a word is found by what is written to it: a keepalive, if nothing
        // else.
        socket.set_tcp_user_timeout(Some(self.limits.write_timeout.get()))
    }
}
