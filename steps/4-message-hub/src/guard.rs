//! Who may read, and who may publish.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use pubsub::http::Refusal;
use service::{Setting, Settings};
use subtle::ConstantTimeEq;

/// Looks at the origin of a page that asks, and at the token of whoever publishes.
pub(crate) struct Guard {
    allowed_origins: Setting<Vec<String>>,
    publish_token: Setting<Option<String>>,
}

/// What a token in a request is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// None is asked for, or it is the right one.
    Good,
    /// One is asked for, and there is none.
    Missing,
    /// It is not the right one.
    Wrong,
}

impl Guard {
    pub(crate) fn new(settings: &Settings) -> Self {
        Guard {
            allowed_origins: settings
                .define("allowed_origins", Vec::new())
                .help("Pages of these origins may read and publish, such as [\"https://example.org\"]; \"*\" allows all. A page of this very host may in any case.")
                .live(),
            publish_token: settings
                .define("publish_token", None)
                .help("Who publishes must send this: Authorization: Bearer TOKEN.")
                .live(),
        }
    }

    /// Refuses a page of a foreign origin, which any browser would lend its user's place in the
    /// network to. Returns the headers that let an allowed page read the answer.
    // ANCHOR: origin
    pub(crate) fn origin(&self, request: &Parts) -> Result<HeaderMap, Refusal> {
        // A browser tells it with each WebSocket, each POST, and whatever a foreign page may read.
        let Some(origin) = request.headers.get(header::ORIGIN) else { return Ok(HeaderMap::new()) };
        let text = origin.to_str().unwrap_or_default();
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let same_host = text.split_once("://").is_some_and(|(_, rest)| Some(rest) == host);
        if same_host {
            return Ok(HeaderMap::new());
        }
        let allowed = self.allowed_origins.get();
        if allowed.iter().any(|allowed| allowed == text || allowed == "*") {
            return Ok(cross_origin(origin));
        }
        let sentence =
            format!("pages of the origin {text:.100} may not ask; allowed_origins says which may");
        Err(Refusal::new(StatusCode::FORBIDDEN, sentence))
    }
    // ANCHOR_END: origin

    /// What the header `Authorization` of whoever publishes is worth.
    pub(crate) fn token(&self, authorization: Option<&HeaderValue>) -> Token {
        let Some(expected) = self.publish_token.get() else { return Token::Good };
        let Some(given) = authorization else { return Token::Missing };
        let given = given.as_bytes();
        let scheme = given.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
        let given = given.get(7..).unwrap_or_default();
        // The time that this takes tells nobody how much of a guess was right.
        if scheme && bool::from(given.ct_eq(expected.as_bytes())) {
            Token::Good
        } else {
            Token::Wrong
        }
    }

    /// Refuses to publish without the right token.
    pub(crate) fn publisher(&self, request: &Parts) -> Result<(), Refusal> {
        let sentence = match self.token(request.headers.get(header::AUTHORIZATION)) {
            Token::Good => return Ok(()),
            Token::Missing => "publishing needs a token: send Authorization: Bearer TOKEN",
            Token::Wrong => "this is not the token for publishing (publish_token)",
        };
        let challenge = HeaderValue::from_static("Bearer");
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, sentence)
            .with(header::WWW_AUTHENTICATE, challenge);
        // What it wanted to publish is not read.
        let close = HeaderValue::from_static("close");
        Err(refusal.with(header::CONNECTION, close))
    }

    /// Refuses what may not be done: see [`origin`](Guard::origin) and
    /// [`publisher`](Guard::publisher).
    pub(crate) fn admit(&self, request: &Parts) -> Result<HeaderMap, Refusal> {
        let headers = self.origin(request)?;
        if request.method == Method::POST {
            self.publisher(request).map_err(|refusal| refusal.with_all(&headers))?;
        }
        Ok(headers)
    }
}

/// Lets a page of another origin ask, and read the answer.
fn cross_origin(origin: &HeaderValue) -> HeaderMap {
    let fixed = HeaderValue::from_static;
    HeaderMap::from_iter([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET, POST")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, fixed("Authorization, Content-Type, Last-Event-ID")),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, fixed("Channel-Position")),
        (header::VARY, fixed("Origin")),
    ])
}
