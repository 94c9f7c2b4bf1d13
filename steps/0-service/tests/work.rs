//! Looks at the work that a service spawns: when a stop returns, all of it has ended, or is named. Each of
//! the three kinds is asked in its own way, so each is seen to end in time and to be told of when it does not.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{Journal, KINDS, Kind, Part, STACK, within};
use service::{Error, Lifecycle, Scope, State, Wake};
use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

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
    let noted = journal.clone();
    let house = house_with(move |scope| {
        let noted = noted.clone();
        scope.spawn_task("wait", async move {
            let _at_drop = noted.note_at_drop("dropped");
            std::future::pending::<()>().await;
            noted.note("went on after the stop");
        });
    })
    .await;
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["dropped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn coroutines_and_threads_are_woken_from_their_pause() {
    for kind in [Kind::Coroutine, Kind::Thread] {
        let journal = Journal::default();
        let noted = journal.clone();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let house = house_with(move |scope| {
            let (noted, tell) = (noted.clone(), tell.clone());
            let body = move |pause: &service::Pause| {
                tell.send(pause.is_stopping()).unwrap();
                let wake = pause.wait(parts::PATIENCE);
                noted.note(format!("{wake:?}, stopping: {}", pause.is_stopping()));
                assert_eq!(pause.wait(parts::PATIENCE), Wake::Stopping, "there is no more waiting after a stop");
            };
            match kind {
                Kind::Coroutine => scope.spawn_coroutine("wait", STACK, body).unwrap(),
                _ => scope.spawn_thread("wait", STACK, body).unwrap(),
            }
        })
        .await;
        assert_eq!(within("the work to begin", told.recv()).await, Some(false), "{kind:?}");
        within("stop", house.stop()).await.unwrap();
        assert_eq!(journal.take(), ["Stopping, stopping: true"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_nothing_cuts_short_lasts_as_long_as_was_asked() {
    let asked = Duration::from_millis(30);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let house = house_with(move |scope| {
        let tell = (tell.clone(), tell.clone());
        let body = move |tell: tokio::sync::mpsc::UnboundedSender<_>, pause: &service::Pause| {
            let began = Instant::now();
            let _ = tell.send((pause.wait(asked), began.elapsed()));
        };
        scope.spawn_coroutine("wait", STACK, move |pause| body(tell.0, pause)).unwrap();
        scope.spawn_thread("wait", STACK, move |pause| body(tell.1, pause)).unwrap();
    })
    .await;
    for _ in 0..2 {
        let (wake, lasted) = within("the end of a pause", told.recv()).await.unwrap();
        assert_eq!(wake, Wake::Due);
        assert!(lasted >= asked, "{lasted:?}");
    }
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_have_an_end_however_little_is_left_to_wait() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let house = house_with(move |scope| {
        let body = |tell: tokio::sync::mpsc::UnboundedSender<_>| {
            move |pause: &service::Pause| {
                // With 20,000 of them, all lengths from nothing to 10 microseconds occur.
                let mut due = Instant::now();
                for _ in 0..20_000 {
                    due += Duration::from_micros(10);
                    assert_eq!(pause.until(due), Wake::Due);
                }
                let _ = tell.send(());
            }
        };
        scope.spawn_coroutine("wait", STACK, body(tell.clone())).unwrap();
        scope.spawn_thread("wait", STACK, body(tell.clone())).unwrap();
    })
    .await;
    for _ in 0..2 {
        within("the end of many short pauses", told.recv()).await.unwrap();
    }
    within("stop", house.stop()).await.unwrap();
}

/// Spawns work that minds nothing and ends only when `release` is dropped.
fn spawn_deaf(kind: Kind, scope: &Scope) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    match kind {
        // As a task it blocks the worker that it runs on: there is no `await` to drop it at.
        Kind::Task | Kind::Thread => kind.spawn(scope, "mule", move || {
            let _ = released.recv();
        }),
        Kind::Coroutine => scope
            .spawn_coroutine("mule", STACK, move |_| {
                while released.try_recv() == Err(mpsc::TryRecvError::Empty) {
                    may::coroutine::sleep(Duration::from_millis(1));
                }
            })
            .unwrap(),
    }
    release
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_that_will_not_end_is_named_and_holds_nothing_up() {
    for kind in KINDS {
        let release = Arc::new(Mutex::new(None));
        let keep = release.clone();
        let house = house_with(move |scope| {
            kind.spawn_waiting(scope, "sheep", ());
            *keep.lock().unwrap() = Some(spawn_deaf(kind, scope));
        })
        .await;
        let error = within("stop", house.stop()).await.unwrap_err();
        let mule = format!("house/room: {} \"mule\"", kind.word());
        assert_eq!(error, Error::StillRunning { left: vec![mule.clone()] });
        assert_eq!(error.to_string(), format!("still running after the stop timeout: {mule}"));
        assert_eq!((house.state(), house.children()[0].state()), (State::Stopped, State::Stopped));

        drop(release.lock().unwrap().take());
        within("a start beside what is left", house.start()).await.unwrap();
        drop(release.lock().unwrap().take());
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_that_will_not_end_in_the_whole_tree_is_named_at_once() {
    let release = Arc::new(Mutex::new(Vec::new()));
    let room = |name, kind| {
        let keep = release.clone();
        let deaf = move |scope: &Scope| keep.lock().unwrap().push(spawn_deaf(kind, scope));
        Part::quiet(name).running(deaf).timeout(Duration::from_millis(50))
    };
    let house =
        Part::quiet("house").with(room("a", Kind::Task).with(room("b", Kind::Coroutine))).with(room("c", Kind::Thread));
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    let error = within("stop", house.stop()).await.unwrap_err();
    let left = ["house/c: thread \"mule\"", "house/a: task \"mule\"", "house/a/b: coroutine \"mule\""];
    assert_eq!(error, Error::StillRunning { left: left.map(String::from).into() });
    release.lock().unwrap().clear();
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
async fn work_that_waits_elsewhere_is_woken_by_what_it_asked_for_at_stop() {
    let journal = Journal::default();
    let noted = journal.clone();
    let house = house_with(move |scope| {
        let (wake, woken) = mpsc::channel::<()>();
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
