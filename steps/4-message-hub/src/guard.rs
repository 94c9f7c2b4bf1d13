//! Who may read, and who may publish.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use pubsub::http::Rejection;
use service::{Setting, Settings, settings::Secret};
use subtle::ConstantTimeEq;

/// Looks at the host that is asked for, at the origin of a page that asks, and at the token of
/// whoever publishes.
pub(crate) struct Guard {
    allowed_hosts: Setting<Vec<String>>,
    allowed_origins: Setting<Vec<String>>,
    publish_token: Setting<Option<Secret>>,
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
            allowed_hosts: settings
                .define("allowed_hosts", Vec::new())
                .help("Requests are answered that ask for one of these hosts, on any port if it says none; without a list, for any.")
                .only(
                    "a list of hosts such as [\"example.org\", \"127.0.0.1:8080\"], without http://",
                    |hosts: &Vec<String>| hosts.iter().all(|host| !host.is_empty() && !host.contains(['/', ' ', '*'])),
                )
                .live(),
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

    /// Refuses a request for a host that is not ours, where it is set which are. Whoever owns a name
    /// can have it lead to this machine, once a page at that name is open in a browser here (DNS
    /// rebinding): the page is then one of this very host. But it asks for its own name.
    // ANCHOR: host
    pub(crate) fn host(&self, request: &Parts) -> Result<(), Rejection> {
        let allowed = self.allowed_hosts.get();
        let is_ours = |host: &[u8]| allowed.iter().any(|allowed| is_host(host, allowed.as_bytes()));
        let hosts = request.headers.get_all(header::HOST).iter().map(HeaderValue::as_bytes);
        let hosts =
            request.uri.authority().map(|host| host.as_str().as_bytes()).into_iter().chain(hosts);
        let mut hosts = hosts.peekable();
        if allowed.is_empty() || (hosts.peek().is_some() && hosts.all(is_ours)) {
            return Ok(());
        }
        let sentence = "this is not a host that is served here; allowed_hosts says which are";
        Err(Rejection::new(StatusCode::MISDIRECTED_REQUEST, sentence))
    }
    // ANCHOR_END: host

    /// Refuses a page of a foreign origin, which any browser would lend its user's place in the
    /// network to. Returns the headers that let an allowed page read the answer.
    // ANCHOR: origin
    fn origin(&self, request: &Parts) -> Result<HeaderMap, Rejection> {
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
        let host = host.unwrap_or("none");
        let sentence = format!(
            "pages of the origin {text:.100} may not ask for what is at the host {host:.100}; if they are meant to, name their origin in allowed_origins, or have the proxy that they come through pass the header Host on"
        );
        Err(Rejection::new(StatusCode::FORBIDDEN, sentence))
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
        if scheme && bool::from(given.ct_eq(expected.expose().as_bytes())) {
            Token::Good
        } else {
            Token::Wrong
        }
    }

    /// Refuses to publish without the right token.
    pub(crate) fn publisher(&self, request: &Parts) -> Result<(), Rejection> {
        let sentence = match self.token(request.headers.get(header::AUTHORIZATION)) {
            Token::Good => return Ok(()),
            Token::Missing => "publishing needs a token: send Authorization: Bearer TOKEN",
            Token::Wrong => "this is not the token for publishing (publish_token)",
        };
        let challenge = HeaderValue::from_static("Bearer");
        let rejection = Rejection::new(StatusCode::UNAUTHORIZED, sentence)
            .with(header::WWW_AUTHENTICATE, challenge);
        // What it wanted to publish is not read.
        let close = HeaderValue::from_static("close");
        Err(rejection.with(header::CONNECTION, close))
    }

    /// Refuses who may not even read. Returns the headers that let a page read the answer.
    pub(crate) fn reader(&self, request: &Parts) -> Result<HeaderMap, Rejection> {
        self.host(request)?;
        self.origin(request)
    }

    /// Refuses what may not be done: see [`reader`](Guard::reader) and
    /// [`publisher`](Guard::publisher).
    pub(crate) fn admit(&self, request: &Parts) -> Result<HeaderMap, Rejection> {
        let headers = self.reader(request)?;
        if request.method == Method::POST {
            self.publisher(request).map_err(|rejection| rejection.with_all(&headers))?;
        }
        Ok(headers)
    }
}

/// Whether `host` is the one that is `allowed`, on any port if that says none.
fn is_host(host: &[u8], allowed: &[u8]) -> bool {
    let name = match host.iter().rposition(|c| *c == b':') {
        Some(colon) if host[colon + 1..].iter().all(u8::is_ascii_digit) => &host[..colon],
        _ => host,
    };
    host.eq_ignore_ascii_case(allowed) || name.eq_ignore_ascii_case(allowed)
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
