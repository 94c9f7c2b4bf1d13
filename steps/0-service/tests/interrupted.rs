//! Looks at starts and stops that are cut short, by one another or by a caller that goes away: each
//! ends in a state that can be told, with nothing left running.

mod parts;

use parts::{Journal, KINDS, Part, within};
use service::{Error, Lifecycle, Scope, State};
use std::{future::poll_fn, sync::Arc, task::Poll};
use tokio::sync::Notify;

/// A house whose second child never gets ready, and what tells that it tries.
fn stuck_house(journal: &Journal) -> (Lifecycle, Arc<Notify>) {
    let trying = Arc::new(Notify::new());
    let notify = trying.clone();
    let (noted, held) = (journal.clone(), journal.clone());
    let stuck = Part::new("stuck", journal).on_start(move |scope| {
        spawn_all(scope, &held);
        notify.notify_one();
        Ok(())
    });
    let first = Part::new("first", journal).running(move |scope| spawn_all(scope, &noted));
    (
        Part::new("house", journal)
            .with(first)
            .with(stuck)
            .with(Part::new("last", journal))
            .lifecycle(),
        trying,
    )
}

fn spawn_all(scope: &Scope, journal: &Journal) {
    for kind in KINDS {
        kind.spawn_waiting(scope, "wait", journal.note_at_drop("work ended"));
    }
}

/// Polls `future` once, then drops it.
async fn begin<T>(future: impl Future<Output = T>) {
    let mut future = std::pin::pin!(future);
    poll_fn(|context| {
        let _ = future.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cuts_a_start_short() {
    let journal = Journal::default();
    let (house, trying) = stuck_house(&journal);
    let start = tokio::spawn({
        let house = house.clone();
        async move { house.start().await }
    });
    within("the start of the second child", trying.notified()).await;
    assert_eq!(house.state(), State::Starting);

    within("stop", house.stop()).await.unwrap();
    assert_eq!(house.state(), State::Stopped);
    let error = within("start", start).await.unwrap().unwrap_err();
    assert_eq!(error, Error::Interrupted { path: "house/stuck".into() });
    let ended = "work ended";
    assert_eq!(
        journal.take(),
        [
            "start first",
            "start stuck",
            "stop stuck",
            ended,
            ended,
            ended,
            "stop first",
            ended,
            ended,
            ended
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_goes_on_when_its_caller_goes_away() {
    let journal = Journal::default();
    let noted = journal.clone();
    let room = Part::new("room", &journal).running(move |scope| spawn_all(scope, &noted));
    let house = Part::new("house", &journal).with(room).lifecycle();
    begin(house.start()).await;
    within("ready", house.ready()).await;
    assert_eq!(journal.take(), ["start room", "start house"]);

    begin(house.stop()).await;
    within("stopped", house.stopped()).await;
    assert_eq!(
        journal.take(),
        ["stop house", "stop room", "work ended", "work ended", "work ended"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_caller_goes_away_can_be_stopped() {
    let journal = Journal::default();
    let (house, trying) = stuck_house(&journal);
    begin(house.start()).await;
    within("the start of the second child", trying.notified()).await;
    within("stop", house.stop()).await.unwrap();
    assert_eq!(house.state(), State::Stopped);
    assert_eq!(journal.take().iter().filter(|what| *what == "work ended").count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_and_stops_that_race_leave_nothing_running() {
    let held = Arc::new(());
    let hold = held.clone();
    let work = move |scope: &Scope| {
        for kind in KINDS {
            kind.spawn_waiting(scope, "wait", hold.clone());
        }
    };
    let rooms =
        (Part::quiet("one").running(work.clone()), Part::quiet("two").running(work.clone()));
    let house = Part::quiet("house").with(rooms.0).with(rooms.1).running(work).lifecycle();
    within("start", house.start()).await.unwrap();
    let at_rest = Arc::strong_count(&held) - 9; // three services, each with three pieces of work

    for _ in 0..100 {
        let calls = (0..4).map(|n| {
            let house = house.clone();
            tokio::spawn(async move {
                if n % 2 == 0 { house.stop().await } else { house.start().await }
            })
        });
        for call in calls.collect::<Vec<_>>() {
            match within("a start or stop", call).await.unwrap() {
                Ok(()) | Err(Error::Interrupted { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert!(
            matches!(house.state(), State::Ready | State::Stopped),
            "{} is no state to stay in",
            house.state()
        );
        within("stop", house.stop()).await.unwrap();
        assert_eq!((house.state(), Arc::strong_count(&held)), (State::Stopped, at_rest));
    }
}
