//! Looks at the order in which a tree of services starts and stops: children before the parent on
//! the way up, the parent before the children on the way down, and never the wrong way round after
//! a failure.

mod parts;

use parts::{Journal, Kind, Part, within};
use service::{Error, State};
use std::time::Duration;

/// A part that has a task, whose end it notes.
fn working(name: &'static str, journal: &Journal) -> Part {
    let noted = journal.clone();
    Part::new(name, journal).running(move |scope| {
        Kind::Task.spawn_waiting(scope, "wait", noted.note_at_drop(format!("{name}'s work ended")));
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn children_start_before_their_parent_and_stop_after_it_over_three_levels() {
    let journal = Journal::default();
    let left =
        working("left", &journal).with(working("one", &journal)).with(working("two", &journal));
    let house = working("house", &journal).with(left).with(working("right", &journal)).lifecycle();

    within("start", house.start()).await.unwrap();
    assert_eq!(
        journal.take(),
        ["start one", "start two", "start left", "start right", "start house"]
    );

    within("stop", house.stop()).await.unwrap();
    let down = ["house", "right", "left", "two", "one"];
    let down = down.map(|name| [format!("stop {name}"), format!("{name}'s work ended")]);
    assert_eq!(journal.take(), down.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_child_has_those_before_it_stopped_in_reverse() {
    let journal = Journal::default();
    let fails = Part::new("c", &journal).on_start(|_| Err("no flour".into()));
    let house = Part::new("root", &journal)
        .with(working("a", &journal).with(working("a1", &journal)))
        .with(working("b", &journal))
        .with(fails)
        .with(working("d", &journal))
        .lifecycle();

    let error = within("start", house.start()).await.unwrap_err();
    assert_eq!(error.to_string(), "root/c: no flour");
    assert_eq!(
        journal.take(),
        [
            "start a1",
            "start a",
            "start b",
            "start c", // c fails, so d and root are never asked
            "stop c",
            "stop b",
            "b's work ended",
            "stop a",
            "a's work ended",
            "stop a1",
            "a1's work ended",
        ]
    );
    assert_eq!(house.state(), State::Stopped);
    let states: Vec<_> = house.children().iter().map(|child| child.state()).collect();
    assert_eq!(states, [State::Stopped, State::Stopped, State::Stopped, State::Init]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_deep_down_names_the_whole_path() {
    let deep = Part::quiet("http").on_start(|_| Err("127.0.0.1:8088: address in use".into()));
    let gateway = Part::quiet("gateway").with(Part::quiet("hub").with(deep)).lifecycle();
    let error = within("start", gateway.start()).await.unwrap_err();
    assert_eq!(error.to_string(), "gateway/hub/http: 127.0.0.1:8088: address in use");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_never_gets_ready_is_named_and_ended() {
    let journal = Journal::default();
    let noted = journal.clone();
    let never =
        Part::new("slow", &journal).timeout(Duration::from_millis(50)).on_start(move |scope| {
            Kind::Task.spawn_waiting(scope, "wait", noted.note_at_drop("slow's work ended"));
            Ok(())
        });
    let house =
        Part::new("house", &journal).with(working("quick", &journal)).with(never).lifecycle();

    let error = within("start", house.start()).await.unwrap_err();
    assert_eq!(
        error,
        Error::NotReady { path: "house/slow".into(), timeout: Duration::from_millis(50) }
    );
    assert_eq!(
        error.to_string(),
        "house/slow: not ready within 0.05 s; see its log for what it waits for"
    );
    assert_eq!(
        journal.take(),
        [
            "start quick",
            "start slow",
            "stop slow",
            "slow's work ended",
            "stop quick",
            "quick's work ended"
        ]
    );
    assert_eq!(house.state(), State::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn spawned_work_may_say_that_its_service_is_ready() {
    for kind in parts::KINDS {
        let late = Part::quiet("late").on_start(move |scope| {
            let ready = scope.clone();
            kind.spawn(scope, "warm up", move || ready.ready());
            Ok(())
        });
        let house = Part::quiet("house").with(late).lifecycle();
        within("start", house.start()).await.unwrap();
        assert_eq!(house.children()[0].state(), State::Ready, "{kind:?}");
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_starts_again_after_a_stop_and_after_a_failure() {
    let journal = Journal::default();
    let healthy = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let asked = healthy.clone();
    let moody = Part::new("moody", &journal).on_start(move |scope| {
        scope.ready();
        if asked.load(std::sync::atomic::Ordering::Relaxed) {
            Ok(())
        } else {
            Err("not today".into())
        }
    });
    let house = Part::new("house", &journal).with(moody).lifecycle();
    let (up, down) = (["start moody", "start house"], ["stop house", "stop moody"]);
    for (works, state, happens) in [
        (true, State::Ready, up.to_vec()),
        (false, State::Stopped, [&down[..], &["start moody", "stop moody"]].concat()),
        (true, State::Ready, up.to_vec()),
        (true, State::Ready, [down, up].concat()),
    ] {
        healthy.store(works, std::sync::atomic::Ordering::Relaxed);
        within("stop", house.stop()).await.unwrap();
        assert_eq!(within("start", house.start()).await.is_ok(), works);
        assert_eq!(house.state(), state);
        assert_eq!(journal.take(), happens);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_twice_and_stopping_twice_do_nothing_the_second_time() {
    let journal = Journal::default();
    let house = Part::new("house", &journal).with(working("room", &journal)).lifecycle();
    within("start", house.start()).await.unwrap();
    journal.take();
    within("second start", house.start()).await.unwrap();
    assert_eq!((house.state(), journal.take()), (State::Ready, vec![]));

    within("stop", house.stop()).await.unwrap();
    journal.take();
    within("second stop", house.stop()).await.unwrap();
    assert_eq!((house.state(), journal.take()), (State::Stopped, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_start_at_once_start_it_once() {
    let journal = Journal::default();
    let house = Part::new("house", &journal).with(working("room", &journal)).lifecycle();
    let start = || {
        tokio::spawn({
            let house = house.clone();
            async move { house.start().await }
        })
    };
    let starts: Vec<_> = std::iter::repeat_with(start).take(20).collect();
    for start in starts {
        within("start", start).await.unwrap().unwrap();
    }
    assert_eq!(journal.take(), ["start room", "start house"]);
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_never_started_has_nothing_to_stop() {
    let journal = Journal::default();
    let house = Part::new("house", &journal).with(working("room", &journal)).lifecycle();
    within("stop", house.stop()).await.unwrap();
    assert_eq!((house.state(), journal.take()), (State::Init, vec![]));
    within("start", house.start()).await.unwrap();
    assert_eq!(house.state(), State::Ready, "it starts all the same");
    within("stop", house.stop()).await.unwrap();
}
