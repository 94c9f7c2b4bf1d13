//! Looks at what a connection is made of, so that the tests of "each runtime" are of three
//! different things: a task of tokio, a coroutine of may, or a thread. Alone in its file, since it
//! counts the whole process.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod server;

use server::{Server, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_a_task_a_coroutine_or_a_thread_as_set() {
    // One more for what accepts.
    for (runtime, tasks, threads) in [("tokio", 6, 0), ("may", 0, 0), ("threads", 0, 6)] {
        let server = Server::started(runtime, "").await;
        let mut clients = Vec::new();
        for _ in 0..5 {
            let mut client = server.connect().await;
            client.number().await;
            clients.push(client);
        }
        assert_eq!(server.connections(), 5, "{runtime}");
        // The runtime strikes tasks off its list a moment after their end.
        let count = || (alive_tasks(), threads_named("accept") + threads_named("connection"));
        until(runtime, || count() == (tasks, threads)).await;
        server.stop().await;
        until("all have ended", || count() == (0, 0)).await;
    }
}

fn alive_tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

fn threads_named(name: &str) -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.map(|thread| {
        std::fs::read_to_string(thread.unwrap().path().join("comm")).unwrap_or_default()
    });
    names.filter(|found| found.trim_end() == name).count()
}
