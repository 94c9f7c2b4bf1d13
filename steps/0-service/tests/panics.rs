//! Looks at what a panic does, in each kind of work and under each policy, and in the hooks of a
//! service: it is told with the service's path, and it ends no more than the service chose.

mod parts;

use parts::{Journal, KINDS, Kind, Part, until, within};
use service::{Error, Lifecycle, OnPanic, Scope, State};
use tokio::sync::mpsc;

/// A house with a room that has a piece of work of each kind, and the scope of each start of the
/// room.
fn house_with(policy: OnPanic, journal: &Journal) -> (Lifecycle, mpsc::UnboundedReceiver<Scope>) {
    let (started, starts) = mpsc::unbounded_channel();
    let noted = journal.clone();
    let room = Part::new("room", journal).on_panic(policy).running(move |scope| {
        for kind in KINDS {
            kind.spawn_waiting(scope, "wait", noted.note_at_drop("work ended"));
        }
        let _ = started.send(scope.clone());
    });
    (
        Part::new("house", journal).with(room.with(Part::new("cupboard", journal))).lifecycle(),
        starts,
    )
}

/// Work that panics.
fn bomb(kind: Kind, scope: &Scope) {
    parts::expect_panics();
    kind.spawn(scope, "bomb", || panic!("bang"));
}

/// What is told of it.
fn bang(kind: Kind) -> Error {
    let work = format!("{} \"bomb\"", kind.word());
    Error::Panicked { path: "house/room".into(), work, message: "bang".into() }
}

const STOPPING: [&str; 5] =
    ["stop room", "work ended", "work ended", "work ended", "stop cupboard"];

#[tokio::test(flavor = "multi_thread")]
async fn a_contained_panic_ends_that_piece_of_work_only() {
    for (policy, contained) in
        [(OnPanic::Contain, false), (OnPanic::Stop, true), (OnPanic::Restart, true)]
    {
        let journal = Journal::default();
        let (house, mut starts) = house_with(policy, &journal);
        within("start", house.start()).await.unwrap();
        let scope = within("a start", starts.recv()).await.unwrap();
        let scope = if contained { scope.contained() } else { scope };
        journal.take();
        for kind in KINDS {
            (0..20).for_each(|_| bomb(kind, &scope));
        }
        let room = &house.children()[0];
        until("the bombs are gone", || room.status().work == KINDS.len()).await;
        assert_eq!(
            (room.state(), room.failure(), journal.take()),
            (State::Ready, None, vec![]),
            "{policy:?}"
        );
        within("stop", house.stop()).await.unwrap();
        assert_eq!(journal.take(), [&["stop house"], &STOPPING[..]].concat(), "{policy:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_stops_its_service_and_all_inside_and_no_other() {
    for kind in KINDS {
        let journal = Journal::default();
        let (house, mut starts) = house_with(OnPanic::Stop, &journal);
        within("start", house.start()).await.unwrap();
        journal.take();
        bomb(kind, &starts.recv().await.unwrap());
        let room = &house.children()[0];
        within("stopped", room.stopped()).await;
        assert_eq!(journal.take(), STOPPING, "{kind:?}");
        assert_eq!(room.failure(), Some(bang(kind)));
        assert_eq!(
            room.status().failure,
            Some(format!("house/room: {} \"bomb\" panicked: bang", kind.word()))
        );
        assert_eq!((house.state(), house.failure()), (State::Ready, None), "{kind:?}");

        within("a new start of the room", room.start()).await.unwrap();
        assert_eq!(
            (room.state(), room.failure()),
            (State::Ready, None),
            "a new start, a clean sheet"
        );
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_restarts_its_service_and_all_inside_and_no_other() {
    for kind in KINDS {
        let journal = Journal::default();
        let (house, mut starts) = house_with(OnPanic::Restart, &journal);
        within("start", house.start()).await.unwrap();
        journal.take();
        bomb(kind, &starts.recv().await.unwrap());
        within("a restart", starts.recv()).await.unwrap();
        let room = &house.children()[0];
        within("ready", room.ready()).await;
        assert_eq!(
            journal.take(),
            [&STOPPING[..], &["start cupboard", "start room"]].concat(),
            "{kind:?}"
        );
        assert_eq!((house.state(), room.failure()), (State::Ready, None));
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_goes_on_panicking_is_restarted_five_times() {
    for kind in KINDS {
        let (house, mut starts) = house_with(OnPanic::Restart, &Journal::default());
        within("start", house.start()).await.unwrap();
        let room = &house.children()[0];
        for _ in 0..6 {
            let scope = within("another start", starts.recv()).await.unwrap();
            within("ready", room.ready()).await;
            bomb(kind, &scope);
        }
        within("stopped", room.stopped()).await;
        within("the end of what follows", room.stop()).await.unwrap();
        assert_eq!(
            starts.try_recv().err(),
            Some(mpsc::error::TryRecvError::Empty),
            "{kind:?}: no seventh start"
        );
        assert_eq!((room.state(), room.failure()), (State::Stopped, Some(bang(kind))));
        assert_eq!(house.state(), State::Ready);
        within("stop", house.stop()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_that_fails_is_told() {
    let (started, mut starts) = mpsc::unbounded_channel();
    let room = Part::quiet("room").on_panic(OnPanic::Restart).on_start(move |scope| {
        scope.ready();
        started.send(scope.clone()).map_err(|_| "nobody wants me".into())
    });
    let house = Part::quiet("house").with(room).lifecycle();
    within("start", house.start()).await.unwrap();
    let scope = starts.recv().await.unwrap();
    drop(starts);
    bomb(Kind::Task, &scope);
    let room = &house.children()[0];
    within("stopped", room.stopped()).await;
    let reason = || room.failure().map(|failure| failure.to_string()).unwrap_or_default();
    until("the reason is that the restart failed", || reason() == "house/room: nobody wants me")
        .await;
    assert_eq!(room.state(), State::Stopped);
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_before_it_is_ready_fails_the_start_at_once() {
    for policy in [OnPanic::Stop, OnPanic::Restart] {
        for kind in KINDS {
            let room = Part::quiet("room").on_panic(policy).on_start(move |scope| {
                bomb(kind, scope);
                Ok(())
            });
            let house = Part::quiet("house").with(room).lifecycle();
            assert_eq!(within("start", house.start()).await, Err(bang(kind)), "{policy:?}");
            assert_eq!(house.state(), State::Stopped);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_cannot_go_on_is_stopped_as_after_panics() {
    let failed = Error::Failed { path: "house/room".into(), reason: "the disk is full".into() };
    let (house, mut starts) = house_with(OnPanic::Stop, &Journal::default());
    within("start", house.start()).await.unwrap();
    starts.recv().await.unwrap().fail("the disk is full");
    let room = &house.children()[0];
    within("stopped", room.stopped()).await;
    assert_eq!(room.failure(), Some(failed.clone()));
    within("stop", house.stop()).await.unwrap();

    let room = Part::quiet("room").on_start(|scope| {
        scope.fail("the disk is full");
        Ok(())
    });
    let house = Part::quiet("house").with(room).lifecycle();
    assert_eq!(within("start", house.start()).await, Err(failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_start_fails_it_and_ends_what_was_spawned() {
    parts::expect_panics();
    let journal = Journal::default();
    let noted = journal.clone();
    let room = Part::new("room", &journal).on_start(move |scope| {
        Kind::Task.spawn_waiting(scope, "wait", noted.note_at_drop("work ended"));
        panic!("bang")
    });
    let house = Part::new("house", &journal).with(room).lifecycle();
    let error = within("start", house.start()).await.unwrap_err();
    assert_eq!(error.to_string(), "house/room: start panicked: bang");
    assert_eq!(journal.take(), ["start room", "stop room", "work ended"]);
    assert_eq!(house.state(), State::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_reload_is_its_error_and_the_service_runs_on() {
    parts::expect_panics();
    let journal = Journal::default();
    let room = Part::new("room", &journal).on_reload(|_| panic!("bang"));
    let house =
        Part::new("house", &journal).with(room).with(Part::new("other", &journal)).lifecycle();
    within("start", house.start()).await.unwrap();
    journal.take();
    let error = within("reload", house.reload()).await.unwrap_err();
    assert_eq!(error.to_string(), "house/room: reload: reload panicked: bang");
    assert_eq!(journal.take(), ["reload house", "reload room", "reload other"]);
    assert_eq!((house.state(), house.children()[0].state()), (State::Ready, State::Ready));
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_panic_says_is_told_whatever_it_is_made_of() {
    let panics: [(fn(), &str); 3] = [
        (|| panic!("a word"), "a word"),
        (|| panic!("{} words", 2), "2 words"),
        (|| std::panic::panic_any(7), "a panic without a message"),
    ];
    for (panic, says) in panics {
        let room = Part::quiet("room").on_start(move |scope| {
            Kind::Thread.spawn(scope, "bomb", panic);
            Ok(())
        });
        let error = within("start", room.lifecycle().start()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("room: thread \"bomb\" panicked: {says}"));
    }
}
