//! Reading what is sent, up to a size and within a time.

use super::{Limits, Rejection};
use crate::Message;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;
use std::{error::Error, pin::pin};
use tokio::time::timeout;

/// The message that a request's body is.
///
/// A body that is too long is refused before it is read, where its length is told, and as soon as
/// it is too long where it is not.
// ANCHOR: read
pub async fn read_message<B>(body: B, limits: &Limits) -> Result<Message, Rejection>
where
    B: Body<Data = Bytes, Error: Error + Send + Sync + 'static>,
{
    let max = limits.max_message_bytes.get();
    if body.size_hint().lower() > max as u64 + LINE_END {
        return Err(too_long(max));
    }
    let time = limits.body_timeout.get();
    let body = timeout(time, collect(body, max)).await;
    let message = Message::parse(&body.map_err(|_| too_slow(time.as_secs_f64()))??)?;
    if message.as_bytes().len() > max { Err(too_long(max)) } else { Ok(message) }
}

/// Copies a body together as it comes: kept as it came, a byte that came alone takes hundreds.
async fn collect<B>(body: B, max: usize) -> Result<Vec<u8>, Rejection>
where
    B: Body<Data = Bytes, Error: Error>,
{
    let (mut body, mut bytes) = (pin!(body), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| closing(Rejection::new(StatusCode::BAD_REQUEST, error)))?;
        let Ok(data) = frame.into_data() else { continue }; // trailers say nothing here
        if bytes.len() + data.len() > max + LINE_END as usize {
            return Err(too_long(max));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}
// ANCHOR_END: read

/// A message may be followed by a line break, which is no part of it.
const LINE_END: u64 = 2;

fn too_long(max: usize) -> Rejection {
    let sentence = format!("the message is longer than {max} bytes (max_message_bytes)");
    closing(Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, sentence))
}

fn too_slow(seconds: f64) -> Rejection {
    let sentence = format!("the message did not come within {seconds} s (body_timeout)");
    closing(Rejection::new(StatusCode::REQUEST_TIMEOUT, sentence))
}

/// What follows on the connection is the rest of a body, and no request.
fn closing(rejection: Rejection) -> Rejection {
    rejection.with(header::CONNECTION, HeaderValue::from_static("close"))
}
