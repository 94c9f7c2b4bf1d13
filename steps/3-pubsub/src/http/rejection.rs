//! Saying no: a status, and a sentence that says what to do.

use crate::{ParseChannelNameError, ParseMessageError};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use std::fmt;

/// Keeps a browser from taking what somebody published for a page.
pub(super) const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// A request that is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The status of the answer.
    pub status: StatusCode,
    /// Says to a person what was wrong, and what to do.
    pub sentence: String,
    /// Further headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// A rejection with this status and sentence. The sentence begins small and has no full stop.
    pub fn new(status: StatusCode, sentence: impl fmt::Display) -> Self {
        Rejection { status, sentence: sentence.to_string(), headers: Vec::new() }
    }

    /// Adds a header, such as `Allow`.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Rejection {
    /// Adds headers, such as those that let a page of another origin read the sentence.
    pub fn with_all(mut self, headers: &HeaderMap) -> Self {
        self.headers.extend(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        self
    }
}

impl Rejection {
    /// The rejection as an answer.
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let mut response = text(self.status, format!("{}\n", self.sentence));
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A text as an answer.
pub(super) fn text<B: From<Bytes>>(status: StatusCode, text: impl Into<Bytes>) -> Response<B> {
    let mut response = Response::new(B::from(text.into()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    response
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<ParseChannelNameError> for Rejection {
    fn from(reason: ParseChannelNameError) -> Self {
        let status = match reason {
            ParseChannelNameError::None => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        Rejection::new(status, reason)
    }
}

impl From<ParseMessageError> for Rejection {
    fn from(reason: ParseMessageError) -> Self {
        Rejection::new(StatusCode::BAD_REQUEST, reason)
    }
}
