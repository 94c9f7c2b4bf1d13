//! Answers of the web port.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use message_hub::HttpSubscription;
use pubsub::http::Body;

/// An answer of the web port, whatever is in it.
pub(super) type WebResponse = Response<Body<HttpSubscription>>;

/// A text.
pub(super) fn text(text: impl Into<Bytes>) -> WebResponse {
    Body::text(StatusCode::OK, text)
}

/// Something of another media type.
pub(super) fn with_content_type(
    media_type: &'static str,
    content: impl Into<Bytes>,
) -> WebResponse {
    let mut answer = text(content);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
