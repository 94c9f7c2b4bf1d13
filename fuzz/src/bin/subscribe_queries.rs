//! Whatever a reader asks for, it gets an answer, or a rejection with a sentence of one line.
#![no_main]

use futures_core::Stream;
use fuzz::Bytes;
use http::{Request, request::Parts};
use libfuzzer_sys::fuzz_target;
use message_hub::Hub;
use pubsub::{ChannelName, Message, PubSub, Subscription, http::Rejection};
use service::Settings;
use std::{
    pin::Pin,
    sync::LazyLock,
    task::{Context, Waker},
};

/// Long polls have timers, which want a runtime.
static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
});

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = request(Bytes(bytes)) else { return };
    let _runtime = RUNTIME.enter();
    let hub = Hub::new(&Settings::with([("allowed_origins", "[\"https://a.example\"]")]));
    if let Err(rejection) = ask(&hub, &request) {
        is_clear(&rejection);
    }
});

/// The request in these lines: the path, then headers.
fn request(mut bytes: Bytes) -> Option<Parts> {
    let mut request = Request::builder().uri(bytes.line());
    while bytes.any() {
        let line = bytes.line();
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], &line[colon + 1..]);
    }
    Some(request.body(()).ok()?.into_parts().0)
}

fn ask(hub: &Hub, request: &Parts) -> Result<(), Rejection> {
    hub.admit(request)?;
    let channel = ChannelName::from_path(request.uri.path())?;
    for text in ["one", "two"] {
        let message = Message::parse(text.as_bytes())?;
        Hub::publish(hub, &channel, message)?;
    }
    let mut subscription = PubSub::subscribe(hub, &channel, request)?;
    assert_eq!(hub.readers(&channel), 1);
    assert!(subscription.headers().contains_key("content-type"));
    assert!(subscription.headers().contains_key("channel-position"));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..5 {
        let _ = Pin::new(&mut subscription).poll_next(&mut context);
    }
    assert!(subscription.goodbye().ends_with(b"\n"));
    drop(subscription);
    assert_eq!(hub.readers(&channel), 0);
    Ok(())
}

fn is_clear(rejection: &Rejection) {
    assert!(rejection.status.is_client_error(), "{rejection:?}");
    assert!(rejection.sentence.contains(' ') && rejection.sentence.len() < 1000, "{rejection:?}");
    let strange = |c: char| c.is_control() && c != '\t'; // a tab may be in an origin
    assert!(!rejection.sentence.contains(strange), "{rejection:?}");
}
