//! What a reader asks for: where to begin, and in which form.

use crate::{Id, StartAt};
use http::{HeaderName, StatusCode, header, request::Parts};
use pubsub::http::Rejection;

/// The header that an `EventSource` comes back with.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The form in which a reader wants its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Messages and nothing else: lines, or WebSocket frames.
    Plain,
    /// JSON, with ids: `?as=json`.
    Json,
    /// Server-sent events: `Accept: text/event-stream`.
    Events,
    /// One answer with what there is, or the next message: `?as=poll`.
    Poll,
}

/// What a reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SubscribeQuery {
    /// By `?as=`, if it has that.
    pub(crate) format: Option<Format>,
    pub(crate) start: StartAt,
}

impl SubscribeQuery {
    /// What `request` asks for. The header `Last-Event-ID` counts more than `?since=`, which an
    /// `EventSource` repeats each time, and both count more than `?last=`.
    pub(crate) fn of(request: &Parts) -> Result<Self, Rejection> {
        let (mut format, mut since, mut last) = (None, None, None);
        for (name, value) in form_urlencoded::parse(request.uri.query().unwrap_or("").as_bytes()) {
            match &*name {
                "as" => format = Some(named_format(&value)?),
                "since" => since = Some(parse_id("since", &value)?),
                "last" => last = Some(parse_count(&value)?),
                _ => {}
            }
        }
        if let Some(header) = request.headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) {
            since = Some(parse_id("Last-Event-ID", &String::from_utf8_lossy(header.as_bytes()))?);
        }
        let start = match (since, last) {
            (Some(id), _) => StartAt::After(id),
            (None, Some(count)) => StartAt::Last(count),
            (None, None) => StartAt::Now,
        };
        Ok(SubscribeQuery { format, start })
    }
}

fn named_format(name: &str) -> Result<Format, Rejection> {
    match name {
        "plain" => Ok(Format::Plain),
        "json" => Ok(Format::Json),
        "events" => Ok(Format::Events),
        "poll" => Ok(Format::Poll),
        _ => Err(bad(format!("?as= is one of plain, json, events and poll, not {}", shown(name)))),
    }
}

/// The form that a request of HTTP accepts.
pub(crate) fn accepted_format(request: &Parts) -> Format {
    let accepts = |media: &str| {
        let values = request.headers.get_all(header::ACCEPT).into_iter();
        let mut values = values.filter_map(|value| value.to_str().ok());
        values.any(|value| value.split([',', ';']).any(|part| part.trim() == media))
    };
    if accepts("text/event-stream") {
        Format::Events
    } else if accepts("application/x-ndjson") {
        Format::Json
    } else if accepts("application/json") {
        Format::Poll
    } else {
        Format::Plain
    }
}

fn parse_id(what: &str, text: &str) -> Result<Id, Rejection> {
    text.parse().map_err(|error| bad(format!("{what}: {error}")))
}

fn parse_count(text: &str) -> Result<u64, Rejection> {
    let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let count = digits.then(|| text.parse().ok()).flatten();
    count.ok_or_else(|| bad(format!("?last= is a number of messages, not {}", shown(text))))
}

fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

fn bad(sentence: String) -> Rejection {
    Rejection::new(StatusCode::BAD_REQUEST, sentence)
}
