//! Looks at the very moment of a stop, at which work begins, parks, or spawns more work: all of it
//! ends, in each of many tries. Work that says goodbye is given the time for it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{Journal, KINDS, Kind, Part, TEST_TIMEOUT, within};
use service::Scope;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Starts and stops, at once, a service that does `work`, which is given something to hold.
async fn start_and_stop(
    times: usize,
    what: &str,
    work: impl Fn(&Scope, &Arc<()>) + Send + Sync + 'static,
) {
    let held = Arc::new(());
    let hold = held.clone();
    let house = Part::quiet("house").running(move |scope| work(scope, &hold)).lifecycle();
    let at_rest = Arc::strong_count(&held);
    for n in 1..=times {
        within("start", house.start()).await.unwrap();
        within(what, house.stop()).await.unwrap();
        assert_eq!(Arc::strong_count(&held), at_rest, "{what}: left running after {n} stops");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_ends_that_has_only_just_begun() {
    for kind in KINDS {
        let begin = move |scope: &Scope, held: &Arc<()>| {
            for _ in 0..3 {
                kind.spawn_waiting(scope, "wait", held.clone());
            }
        };
        // Coroutines are woken just as they park, which `may` has trouble with: see `Scope`.
        start_and_stop(1_000, kind.word(), begin).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_ends_that_is_spawned_while_the_service_stops() {
    for kind in KINDS {
        let spawn_more = move |scope: &Scope, held: &Arc<()>| {
            let (inner, held) = (scope.clone(), held.clone());
            Kind::Thread.spawn(scope, "spawner", move || {
                for _ in 0..1_000 {
                    if inner.is_stopping() {
                        return;
                    }
                    kind.spawn_waiting(&inner, "wait", held.clone());
                }
            });
        };
        start_and_stop(50, kind.word(), spawn_more).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_task_is_told_of_the_stop_and_says_goodbye() {
    let journal = Journal::default();
    let noted = journal.clone();
    let house = Part::quiet("house").running(move |scope| {
        let (stopping, noted) = (scope.stopping(), noted.clone());
        scope.spawn_graceful_task("guest", async move {
            stopping.await;
            tokio::task::yield_now().await; // a goodbye may take more than one step
            noted.note("goodbye");
        });
    });
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["goodbye"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_task_whose_goodbye_takes_too_long_is_dropped() {
    let journal = Journal::default();
    let noted = journal.clone();
    let house = Part::quiet("house").timeout(Duration::from_secs(1)).running(move |scope| {
        let noted = noted.clone();
        scope.spawn_graceful_task("guest", async move {
            let _at_drop = noted.note_at_drop("dropped");
            std::future::pending::<()>().await;
        });
    });
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    let began = Instant::now();
    within("stop", house.stop()).await.unwrap();
    assert_eq!(journal.take(), ["dropped"]);
    assert!(began.elapsed() >= Duration::from_millis(500), "it had half of the stop timeout");
    assert!(began.elapsed() < TEST_TIMEOUT / 2);
}
