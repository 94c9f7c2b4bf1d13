//! Starts and stops a busy tree 200 times and counts what the process has after each time: not one
//! task, coroutine, thread, socket or file may stay behind. Alone in its file, since it counts the
//! whole process.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{KINDS, Part, STACK, until, within};
use service::{Lifecycle, Pause, Scope, Wake};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};

const CYCLES: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_starts_and_stops_leave_nothing_behind() {
    parts::expect_panics();
    let held = Held::default();
    let (house, mut answered) = busy_tree(&held);
    let mut cycle = async || {
        within("start", house.start()).await.unwrap();
        for _ in KINDS {
            within("an answer to a client of each kind", answered.recv()).await.unwrap();
        }
        within("stop", house.stop()).await.unwrap();
    };
    cycle().await; // what is made once, such as the workers of `may`, is made now
    let count = || Belongings::count(&held);
    let before = count();
    for n in 1..=CYCLES {
        cycle().await;
        let now = count();
        // What the work had is gone when `stop` returns.
        assert_eq!((now.held, &now.files), (before.held, &before.files), "after {n} cycles");
        // The runtime and the kernel strike a task or a thread off their lists a moment after its
        // end.
        let gone = |now: Belongings| now.tasks == 0 && now.threads <= before.threads;
        until("no task and no thread is left", || gone(count())).await;
    }
}

/// Held by each piece of work, for coroutines cannot be counted from outside.
type Held = Arc<()>;

/// What a process has that a service could leave behind.
struct Belongings {
    tasks: usize,
    threads: usize,
    /// How many of each kind are open: `socket`, `anon_inode`, a path.
    files: BTreeMap<String, usize>,
    held: usize,
}

impl Belongings {
    fn count(held: &Held) -> Self {
        let mut files = BTreeMap::new();
        for file in std::fs::read_dir("/proc/self/fd").unwrap() {
            let target = std::fs::read_link(file.unwrap().path()).unwrap();
            let kind = target.to_string_lossy().split(":[").next().unwrap().to_owned();
            *files.entry(kind).or_default() += 1;
        }
        Belongings {
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
            threads: std::fs::read_dir("/proc/self/task").unwrap().count(),
            files,
            held: Arc::strong_count(held),
        }
    }
}

/// A server and its clients, one of each kind, who tell when they have had an answer; beside them
/// work of each kind that panics, and work that has a file open.
fn busy_tree(held: &Held) -> (Lifecycle, mpsc::UnboundedReceiver<()>) {
    let address = Arc::new(Mutex::new(None));
    let (answered, answers) = mpsc::unbounded_channel();

    let (hold, tell) = (held.clone(), address.clone());
    let server = Part::quiet("server").running(move |scope| {
        *tell.lock().unwrap() = Some(listen(scope, &hold));
    });
    let hold = held.clone();
    let clients = Part::quiet("clients").running(move |scope| {
        let address = address.lock().unwrap().unwrap();
        spawn_clients(scope, address, &hold, &answered);
    });
    let hold = held.clone();
    let others = Part::quiet("others").running(move |scope| {
        for kind in KINDS {
            let file = std::fs::File::open("/proc/self/stat").unwrap();
            kind.spawn_waiting(scope, "wait", (hold.clone(), file));
            let hold = hold.clone();
            kind.spawn(&scope.contained(), "bomb", move || {
                let _hold = hold;
                panic!("bang")
            });
        }
    });
    (Part::quiet("house").with(server).with(clients).with(others).lifecycle(), answers)
}

/// Answers whatever is said, for ever.
fn listen(scope: &Scope, held: &Held) -> SocketAddr {
    let listener = service::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let (connections, held) = (scope.contained(), held.clone());
    scope.spawn_task("accept", async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let held = held.clone();
            connections.spawn_task("connection", async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
                drop(held);
            });
        }
    });
    address
}

/// A client of each kind. Each holds its connection until the stop.
fn spawn_clients(
    scope: &Scope,
    address: SocketAddr,
    held: &Held,
    answered: &mpsc::UnboundedSender<()>,
) {
    let (hold, tell) = (held.clone(), answered.clone());
    scope.spawn_task("client", async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"?").await.unwrap();
        stream.read_u8().await.unwrap();
        tell.send(()).unwrap();
        let _hold = hold;
        std::future::pending().await
    });
    let (hold, tell) = (held.clone(), answered.clone());
    let coroutine = move |pause: &Pause| {
        handle_client(may::net::TcpStream::connect(address).unwrap(), pause, &tell, hold)
    };
    scope.spawn_coroutine("client", STACK, coroutine).unwrap();
    let (hold, tell) = (held.clone(), answered.clone());
    let thread = move |pause: &Pause| {
        handle_client(std::net::TcpStream::connect(address).unwrap(), pause, &tell, hold)
    };
    scope.spawn_thread("client", STACK, thread).unwrap();
}

fn handle_client(
    mut stream: impl Read + Write,
    pause: &Pause,
    answered: &mpsc::UnboundedSender<()>,
    _hold: Held,
) {
    stream.write_all(b"?").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    answered.send(()).unwrap();
    while pause.wait(parts::TEST_TIMEOUT) != Wake::Stopping {}
}
