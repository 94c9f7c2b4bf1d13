//! Looks at how a reload goes through a tree: every service that is ready is told, the parent
//! first, and work that waits in a pause is woken. One that fails does not keep the others from
//! being told.

mod parts;

use parts::{Journal, Part, STACK, TEST_TIMEOUT, within};
use service::{Pause, State, Wake};
use tokio::sync::mpsc;

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_goes_down_the_tree_parent_first() {
    let journal = Journal::default();
    let left = Part::new("left", &journal)
        .with(Part::new("one", &journal))
        .with(Part::new("two", &journal));
    let house =
        Part::new("house", &journal).with(left).with(Part::new("right", &journal)).lifecycle();
    within("start", house.start()).await.unwrap();
    journal.take();
    within("reload", house.reload()).await.unwrap();
    assert_eq!(
        journal.take(),
        ["reload house", "reload left", "reload one", "reload two", "reload right"]
    );
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_told_and_the_first_failure_is_returned() {
    let journal = Journal::default();
    let fails = |name, reason: &'static str| {
        Part::new(name, &journal).on_reload(move |_| Err(reason.into()))
    };
    let house = Part::new("house", &journal)
        .with(fails("a", "first").with(Part::new("a1", &journal)))
        .with(fails("b", "second"))
        .with(Part::new("c", &journal))
        .lifecycle();
    within("start", house.start()).await.unwrap();
    journal.take();
    let error = within("reload", house.reload()).await.unwrap_err();
    assert_eq!(error.to_string(), "house/a: reload: first");
    assert_eq!(journal.take(), ["reload house", "reload a", "reload a1", "reload b", "reload c"]);
    assert_eq!(house.state(), State::Ready, "it runs on");
    within("stop", house.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_not_ready_is_not_told() {
    let journal = Journal::default();
    let house = Part::new("house", &journal)
        .with(Part::new("a", &journal))
        .with(Part::new("b", &journal))
        .lifecycle();
    within("reload before the start", house.reload()).await.unwrap();
    assert_eq!(journal.take(), [""; 0]);
    within("start", house.start()).await.unwrap();
    within("stop of one child", house.children()[0].stop()).await.unwrap();
    journal.take();
    within("reload", house.reload()).await.unwrap();
    assert_eq!(journal.take(), ["reload house", "reload b"]);
    within("stop", house.stop()).await.unwrap();
    journal.take();
    within("reload after the stop", house.reload()).await.unwrap();
    assert_eq!(journal.take(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_in_a_pause_wakes_for_each_reload_and_for_the_stop() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let house = Part::quiet("house").running(move |scope| {
        let listen = |kind: &'static str| {
            let tell = tell.clone();
            move |pause: &Pause| {
                let _ = tell.send((kind, None));
                loop {
                    let wake = pause.wait(TEST_TIMEOUT);
                    let _ = tell.send((kind, Some(wake)));
                    if wake != Wake::Reloaded {
                        return;
                    }
                }
            }
        };
        scope.spawn_coroutine("listen", STACK, listen("coroutine")).unwrap();
        scope.spawn_thread("listen", STACK, listen("thread")).unwrap();
    });
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    let mut both = async || {
        let mut both = [
            within("a wake", told.recv()).await.unwrap(),
            within("a wake", told.recv()).await.unwrap(),
        ];
        both.sort_by_key(|(kind, _)| *kind);
        both
    };
    let woken = |wake| [("coroutine", wake), ("thread", wake)];
    assert_eq!(both().await, woken(None));
    for _ in 0..100 {
        within("reload", house.reload()).await.unwrap();
        assert_eq!(both().await, woken(Some(Wake::Reloaded)));
    }
    within("stop", house.stop()).await.unwrap();
    assert_eq!(both().await, woken(Some(Wake::Stopping)));
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_work_sees_a_reload_once_at_its_next_pause() {
    let (go, mut told) = (std::sync::Barrier::new(2), mpsc::unbounded_channel());
    let go = std::sync::Arc::new(go);
    let (busy, tell) = (go.clone(), told.0.clone());
    let house = Part::quiet("house").running(move |scope| {
        let (busy, tell) = (busy.clone(), tell.clone());
        let body = move |pause: &Pause| {
            busy.wait(); // it has begun
            busy.wait(); // there have been two reloads
            let now = std::time::Duration::ZERO;
            let _ = tell.send([pause.wait(now), pause.wait(now)]);
        };
        scope.spawn_thread("busy", STACK, body).unwrap();
    });
    let house = house.lifecycle();
    within("start", house.start()).await.unwrap();
    go.wait();
    for _ in 0..2 {
        within("reload", house.reload()).await.unwrap();
    }
    go.wait();
    assert_eq!(within("two pauses", told.1.recv()).await, Some([Wake::Reloaded, Wake::Due]));
    within("stop", house.stop()).await.unwrap();
}
