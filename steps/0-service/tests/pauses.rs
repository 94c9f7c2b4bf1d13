//! Looks at the pause, by which coroutines and threads wait: it lasts as long as was asked, it always ends, and a
//! stop cuts it short.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod parts;

use parts::{Part, STACK, within};
use service::{Pause, Wake};
use std::{
    fmt::Debug,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Runs `body` on a coroutine and on a thread, and checks what each tells. Both are then stopped.
async fn on_both<T: Debug + Send + 'static>(
    body: impl Fn(&Pause, &dyn Fn(T)) + Copy + Send + Sync + 'static,
    mut check: impl FnMut(T),
) {
    let (tell, mut told) = mpsc::unbounded_channel();
    let house = Part::quiet("house").running(move |scope| {
        let (one, other) = (tell.clone(), tell.clone());
        scope
            .spawn_coroutine("wait", STACK, move |pause| {
                body(pause, &|what| one.send(what).unwrap())
            })
            .unwrap();
        scope
            .spawn_thread("wait", STACK, move |pause| {
                body(pause, &|what| other.send(what).unwrap())
            })
            .unwrap();
    });
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    for _ in 0..2 {
        check(within("the end of a pause", told.recv()).await.unwrap());
    }
    within("stop", house.stop()).await.unwrap();
    while let Ok(what) = told.try_recv() {
        check(what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cuts_a_pause_short() {
    let mut told = Vec::new();
    let body = |pause: &Pause, tell: &dyn Fn(_)| {
        tell((None, pause.is_stopping()));
        tell((Some(pause.wait(parts::TEST_TIMEOUT)), pause.is_stopping()));
        tell((Some(pause.wait(parts::TEST_TIMEOUT)), pause.is_stopping()));
    };
    on_both(body, |what| told.push(what)).await;
    let stopped = (Some(Wake::Stopping), true);
    assert_eq!(told, [(None, false), (None, false), stopped, stopped, stopped, stopped]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_nothing_cuts_short_lasts_as_long_as_was_asked() {
    for asked in [0, 1, 30, 130].map(Duration::from_millis) {
        let body = move |pause: &Pause, tell: &dyn Fn(_)| {
            let began = Instant::now();
            tell((pause.wait(asked), began.elapsed()));
        };
        on_both(body, |(wake, lasted)| {
            assert!(wake == Wake::Due && lasted >= asked, "{wake:?} after {lasted:?}")
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_has_an_end_however_little_is_left_to_wait() {
    let body = |pause: &Pause, tell: &dyn Fn(_)| {
        // With 20,000 of them, all lengths from nothing to 10 microseconds occur.
        let mut due = Instant::now();
        for _ in 0..20_000 {
            due += Duration::from_micros(10);
            assert_eq!(pause.until(due), Wake::Due);
        }
        tell(());
    };
    on_both(body, |()| {}).await;
}

// `may` may lose a wake-up: see `SHORT` in pause.rs. Where pauses as short as this are parks, every third run of this
// test fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_coroutine_wakes_from_every_short_pause_whichever_thread_it_was_on() {
    let body = |pause: &Pause, tell: &dyn Fn(_)| {
        for _ in 0..2_000 {
            if may::coroutine::is_coroutine() {
                may::coroutine::yield_now(); // to another thread than the one that woke it
            }
            assert_eq!(pause.wait(Duration::from_millis(1)), Wake::Due);
        }
        tell(());
    };
    on_both(body, |()| {}).await;
}
