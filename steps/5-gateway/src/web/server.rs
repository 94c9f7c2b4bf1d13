//! The web server: which path is answered by what.

use super::{Vitals, channel_list::ChannelList, metrics, page};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use hyper::body::Incoming;
use message_hub::{HttpSubscription, Hub, Sockets};
use pubsub::{
    ChannelName, PubSub, Streams,
    http::{self as server, Body, Handler, Limits, Port, Refusal},
};
use service::{Failure, Place, Scope, Service, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A service on `web_port`: the page, the channels of a hub in every form but the tail viewer's,
/// health and metrics.
pub struct WebServer {
    port: Port,
    limits: Arc<Limits>,
    site: Arc<Site>,
}

/// What there is to be asked for.
struct Site {
    hub: Arc<Hub>,
    streams: Streams<Hub>,
    sockets: Sockets,
    vitals: Arc<dyn Vitals>,
    channel_list: ChannelList,
}

impl WebServer {
    /// Serves `hub`, in a program that is as well as `vitals` says.
    pub fn new(settings: &Settings, hub: Arc<Hub>, vitals: Arc<dyn Vitals>) -> Self {
        let help = "Where the web page is, and all that it needs. 0 takes a free port.";
        let site = Site {
            streams: Streams::new(settings, hub.clone()),
            sockets: Sockets::new(settings, hub.clone()),
            vitals,
            channel_list: ChannelList::default(),
            hub,
        };
        WebServer {
            port: Port::new(settings, "web_port", 8080, help),
            limits: Arc::new(Limits::new(settings)),
            site: Arc::new(site),
        }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.port.address()
    }
}

impl Service for WebServer {
    fn name(&self) -> &str {
        "web"
    }

    fn start(&self, scope: &Scope) -> Result<(), Failure> {
        let listener = self.port.listen(scope)?;
        let answers = Answers { site: self.site.clone(), scope: scope.clone() };
        server::serve(listener, self.limits.clone(), scope, answers)?;
        scope.ready();
        Ok(())
    }
}

/// What answers the requests.
struct Answers {
    site: Arc<Site>,
    scope: Scope,
}

type Answer = Response<Body<HttpSubscription>>;

// ANCHOR: answer
impl Handler for Answers {
    type Body = Body<HttpSubscription>;

    async fn answer(&self, request: Request<Incoming>, place: &Arc<Place>) -> Answer {
        match Fixed::at(request.uri().path()) {
            Some(fixed) => self.site.fixed(&fixed, &request.into_parts().0),
            None if is_websocket(&request) => self.site.sockets.answer(request, place, &self.scope),
            None => self.site.streams.answer(request, &self.scope).await,
        }
    }
}
// ANCHOR_END: answer

fn is_websocket<B>(request: &Request<B>) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

/// What is at a path that names no channel on this port.
// ANCHOR: fixed
enum Fixed {
    Health,
    Readiness,
    Metrics,
    Channels,
    File(page::File),
    NoFile,
}

impl Fixed {
    /// Whatever way a path is encoded, it means the same: no channel hides behind `/%68ealthz`.
    fn at(path: &str) -> Option<Self> {
        let decoded = ChannelName::from_path(path).ok();
        let path = decoded.as_ref().map_or(path, ChannelName::as_str);
        match path {
            "/healthz" => Some(Fixed::Health),
            "/readyz" => Some(Fixed::Readiness),
            "/metrics" => Some(Fixed::Metrics),
            "/channels" => Some(Fixed::Channels),
            _ => match page::file(path) {
                None if path.starts_with("/page/") => Some(Fixed::NoFile),
                file => file.map(Fixed::File),
            },
        }
    }
}
// ANCHOR_END: fixed

impl Site {
    fn fixed(&self, fixed: &Fixed, request: &Parts) -> Answer {
        let admitted = self.admit(fixed, request);
        let answer = admitted.map(|headers| {
            let mut answer = self.answer(fixed);
            let fresh = HeaderValue::from_static("no-store");
            answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(fresh);
            answer.headers_mut().extend(headers);
            answer
        });
        answer.unwrap_or_else(Refusal::into_response)
    }

    /// Refuses who may not ask. Those in front of us ask after our health by address, and not by a
    /// name that is ours.
    fn admit(&self, fixed: &Fixed, request: &Parts) -> Result<HeaderMap, Refusal> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let sentence =
                format!("{:.100} is no channel on this port; GET asks for it", request.uri.path());
            let allowed = HeaderValue::from_static("GET, HEAD");
            return Err(
                Refusal::new(StatusCode::METHOD_NOT_ALLOWED, sentence).with(header::ALLOW, allowed)
            );
        }
        match fixed {
            Fixed::Health | Fixed::Readiness => Ok(HeaderMap::new()),
            _ => self.hub.admit(request),
        }
    }

    // ANCHOR: site
    fn answer(&self, fixed: &Fixed) -> Answer {
        match fixed {
            Fixed::Health => text("well\n"),
            Fixed::Readiness => match self.vitals.ready() {
                Ok(()) => text("ready\n"),
                Err(why) => {
                    Body::text(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n"))
                }
            },
            Fixed::Metrics => {
                let figures = self.vitals.figures().into_iter();
                let all = figures.chain(metrics::of_hub(self.hub.totals()));
                typed(metrics::MEDIA_TYPE, metrics::text(all))
            }
            Fixed::Channels => typed("application/json", self.channel_list.json(&self.hub)),
            Fixed::File(file) => {
                let mut answer = text(file.text);
                answer.headers_mut().extend(file.headers());
                answer
            }
            Fixed::NoFile => {
                Refusal::new(StatusCode::NOT_FOUND, "the page has no such file").into_response()
            }
        }
    }
    // ANCHOR_END: site
}

fn text(text: impl Into<Bytes>) -> Answer {
    Body::text(StatusCode::OK, text)
}

fn typed(media_type: &'static str, content: impl Into<Bytes>) -> Answer {
    let mut answer = text(content);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
