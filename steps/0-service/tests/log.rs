//! Looks at what is logged where there is nobody to return an error to: panics in spawned work, and
//! work that would not end after a failure. Each line names the service by its path.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{KINDS, Kind, Part, until, within};
use service::OnPanic;
use std::{
    io,
    sync::{Arc, Mutex, Once, mpsc},
    time::Duration,
};

/// All that this process has logged.
static LOG: Mutex<String> = Mutex::new(String::new());

struct ToLog;

impl io::Write for ToLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer(|| ToLog)
            .init()
    });
    parts::expect_panics();
}

fn logged(line: &str) -> bool {
    LOG.lock().unwrap().lines().any(|logged| logged.trim() == line)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_logged_with_the_path_of_its_service() {
    keep_log();
    for (name, policy) in
        [("contain", OnPanic::Contain), ("stop", OnPanic::Stop), ("restart", OnPanic::Restart)]
    {
        for kind in KINDS {
            let room = Part::quiet(name)
                .on_panic(policy)
                .running(move |scope| kind.spawn(scope, "bomb", || panic!("bang")));
            let house = Part::quiet("house").with(room).lifecycle();
            let _ = within("start", house.start()).await;
            let line =
                format!("ERROR {} \"bomb\" panicked: bang service=house/{name}", kind.word());
            until(&line, || logged(&line)).await;
            within("stop", house.stop()).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_would_not_end_after_a_failed_start_is_logged() {
    keep_log();
    let release = Arc::new(Mutex::new(None));
    let keep = release.clone();
    let room = Part::quiet("failed").timeout(Duration::from_millis(20)).on_start(move |scope| {
        let (release, released) = mpsc::channel::<()>();
        *keep.lock().unwrap() = Some(release);
        Kind::Thread.spawn(scope, "mule", move || {
            let _ = released.recv();
        });
        Err("no flour".into())
    });
    let house = Part::quiet("house").with(room).lifecycle();
    assert_eq!(
        within("start", house.start()).await.unwrap_err().to_string(),
        "house/failed: no flour"
    );
    let line = "ERROR still running after the stop timeout: house/failed: thread \"mule\" service=house/failed";
    assert!(logged(line), "{:?}", LOG.lock().unwrap());
    drop(release.lock().unwrap().take());
}
