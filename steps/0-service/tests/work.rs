//! Looks at the work that a service spawns: when a stop returns, all of it has ended, or is named.
//! Each of the three kinds is asked in its own way, so each is seen to end in time and to be told
//! of when it does not.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{Journal, KINDS, Kind, Part, until, within};
use service::{Error, Lifecycle, Scope, State};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// Starts a house with one room that does `work`, and gives it little time to stop.
async fn house_with(work: impl Fn(&Scope) + Send + Sync + 'static) -> Lifecycle {
    let room = Part::quiet("room").running(work).timeout(Duration::from_millis(200));
    let house = Part::quiet("house").with(room).lifecycle();
    within("start", house.start()).await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_dropped_where_it_awaits() {
    let journal = Journal::default();
    let (noted, (begun, mut has_begun)) = (journal.clone(), mpsc::unbounded_channel());
    let house = house_with(move |scope| {
        let (noted, begun) = (noted.clone(), begun.clone());
        scope.spawn_task("wait", async move {
            let _at_drop = noted.note_at_drop("dropped");
            let _ = begun.send(());
            std::future::pending::<()>().await;
            noted.note("went on after the stop");
        });
    })
    .await;
    within("the task has begun", has_begun.recv()).await;
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["dropped"]);
}

/// Work that minds nothing. Each piece tells when it has begun, and ends when it is released.
struct Mules {
    begun: mpsc::UnboundedSender<()>,
    has_begun: mpsc::UnboundedReceiver<()>,
    released: watch::Sender<bool>,
}

impl Mules {
    fn new() -> Self {
        let (begun, has_begun) = mpsc::unbounded_channel();
        Mules { begun, has_begun, released: watch::Sender::new(false) }
    }

    /// A way to spawn them.
    fn spawner(&self, kind: Kind) -> impl Fn(&Scope) + Send + Sync + 'static {
        let (begun, released) = (self.begun.clone(), self.released.subscribe());
        move |scope| {
            let (begun, released) = (begun.clone(), released.clone());
            // As a task it blocks the worker that it runs on: there is no `await` to drop it at.
            kind.spawn(scope, "mule", move || {
                let _ = begun.send(());
                while !*released.borrow() {
                    match kind {
                        Kind::Coroutine => may::coroutine::sleep(Duration::from_millis(1)),
                        _ => std::thread::sleep(Duration::from_millis(1)),
                    }
                }
            });
        }
    }

    async fn begun(&mut self) {
        within("the work has begun", self.has_begun.recv()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_that_will_not_end_is_named_and_holds_nothing_up() {
    for kind in KINDS {
        let mut mules = Mules::new();
        let spawn = mules.spawner(kind);
        let house = house_with(move |scope| {
            kind.spawn_waiting(scope, "sheep", ());
            spawn(scope);
        })
        .await;
        mules.begun().await;
        let error = within("stop", house.stop()).await.unwrap_err();
        let mule = format!("house/room: {} \"mule\"", kind.word());
        assert_eq!(error, Error::StillRunning { left: vec![mule.clone()] });
        assert_eq!(error.to_string(), format!("still running after the stop timeout: {mule}"));
        assert_eq!((house.state(), house.children()[0].state()), (State::Stopped, State::Stopped));

        let again = within("a start beside what is left", house.start()).await.unwrap_err();
        assert_eq!(again, error, "no second one starts beside it");
        assert_eq!(within("another stop", house.stop()).await.unwrap_err(), error);
        mules.released.send_replace(true);
        until("the mule has ended", || house.children()[0].status().work == 0).await;
        mules.released.send_replace(false);
        within("a start", house.start()).await.unwrap();
        mules.begun().await;
        mules.released.send_replace(true);
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_that_will_not_end_is_named_at_once() {
    let mut mules = Mules::new();
    let room = |name, kind| {
        Part::quiet(name).running(mules.spawner(kind)).timeout(Duration::from_millis(50))
    };
    let a = room("a", Kind::Task).with(room("b", Kind::Coroutine));
    let house = Part::quiet("house").with(a).with(room("c", Kind::Thread)).lifecycle();
    within("start", house.start()).await.unwrap();
    for _ in KINDS {
        mules.begun().await;
    }
    let error = within("stop", house.stop()).await.unwrap_err();
    let left =
        ["house/c: thread \"mule\"", "house/a: task \"mule\"", "house/a/b: coroutine \"mule\""];
    assert_eq!(error, Error::StillRunning { left: left.map(String::from).into() });
    mules.released.send_replace(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_ends_on_its_own_is_no_longer_counted() {
    for kind in KINDS {
        let house = house_with(move |scope| {
            kind.spawn_waiting(scope, "stays", ());
            (0..100).for_each(|_| kind.spawn(scope, "goes", || {}));
        })
        .await;
        let work = || house.status().children[0].work;
        parts::until("one piece of work is left", || work() == 1).await;
        within("stop", house.stop()).await.unwrap();
        assert_eq!(work(), 0, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_takes_on_no_more_work() {
    let scope = Arc::new(Mutex::new(None));
    let keep = scope.clone();
    let house = house_with(move |scope| *keep.lock().unwrap() = Some(scope.clone())).await;
    within("stop", house.stop()).await.unwrap();
    let scope = scope.lock().unwrap().take().unwrap();
    let journal = Journal::default();
    for kind in KINDS {
        let (ran, at_drop) = (journal.clone(), journal.note_at_drop("dropped"));
        kind.spawn(&scope, "late", move || {
            ran.note("ran");
            drop(at_drop);
        });
        assert_eq!(journal.take(), ["dropped"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_waits_elsewhere_is_woken_at_stop() {
    let journal = Journal::default();
    let noted = journal.clone();
    let house = house_with(move |scope| {
        let (wake, woken) = std::sync::mpsc::channel::<()>();
        scope.at_stop(move || drop(wake));
        let noted = noted.clone();
        Kind::Thread.spawn(scope, "wait", move || {
            assert!(woken.recv().is_err());
            noted.note("woken");
        });
    })
    .await;
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["woken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_while_stopping_holds_nothing_up() {
    parts::expect_panics();
    let journal = Journal::default();
    let noted = journal.clone();
    let room = Part::quiet("room").on_stop(|| panic!("bang")).running(move |scope| {
        for kind in KINDS {
            kind.spawn_waiting(scope, "wait", noted.note_at_drop("ended"));
        }
        scope.at_stop(|| panic!("bang"));
        let noted = noted.clone();
        scope.at_stop(move || noted.note("the second wake-up call"));
    });
    let house = Part::quiet("house").with(room).lifecycle();
    within("start", house.start()).await.unwrap();
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["the second wake-up call", "ended", "ended", "ended"]);
    assert_eq!(house.state(), State::Stopped);
}
