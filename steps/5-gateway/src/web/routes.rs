//! What the web port has beside channels: the page, health, metrics.

use super::{
    HealthCheck,
    channel_list::ChannelList,
    metrics,
    response::{WebResponse, text, with_content_type},
    static_files,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use message_hub::Hub;
use pubsub::{
    ChannelName, PubSub,
    http::{Body, Rejection},
};
use service::Scope;
use std::sync::Arc;

/// What there is to be asked for beside channels.
pub(super) struct Routes {
    hub: Arc<Hub>,
    health_check: Arc<dyn HealthCheck>,
    channel_list: ChannelList,
}

/// What is at a path that names no channel on this port.
pub(super) enum Resource {
    Health,
    Readiness,
    Metrics,
    Channels,
    File(static_files::File),
    NoFile,
}

impl Routes {
    pub(super) fn new(hub: Arc<Hub>, health_check: Arc<dyn HealthCheck>) -> Self {
        Routes { channel_list: ChannelList::new(hub.clone()), hub, health_check }
    }

    /// What is at a path; `None` at one that names a channel, or nothing. Whatever way a path is
    /// encoded, it means the same: no channel hides behind `/%68ealthz`.
    pub(super) fn route(&self, path: &str) -> Option<Resource> {
        let decoded = ChannelName::from_path(path).ok();
        let path = decoded.as_ref().map_or(path, ChannelName::as_str);
        match path {
            "/healthz" => Some(Resource::Health),
            "/readyz" => Some(Resource::Readiness),
            "/metrics" => Some(Resource::Metrics),
            "/channels" => Some(Resource::Channels),
            _ => match static_files::file(path) {
                None if path.starts_with("/static/") => Some(Resource::NoFile),
                file => file.map(Resource::File),
            },
        }
    }

    pub(super) async fn answer(
        &self,
        resource: &Resource,
        request: &Parts,
        scope: &Scope,
    ) -> WebResponse {
        let headers = match self.admit(resource, request) {
            Ok(headers) => headers,
            Err(rejection) => return rejection.into_response(),
        };
        let mut answer = self.content(resource, scope).await;
        let fresh = HeaderValue::from_static("no-store");
        answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(fresh);
        answer.headers_mut().extend(headers);
        answer
    }

    /// Refuses who may not ask. Those in front of us ask after our health by address, and not by a
    /// name that is ours.
    fn admit(&self, resource: &Resource, request: &Parts) -> Result<HeaderMap, Rejection> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let sentence =
                format!("{:.100} is no channel on this port; GET asks for it", request.uri.path());
            let allowed = HeaderValue::from_static("GET, HEAD");
            return Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, sentence)
                .with(header::ALLOW, allowed));
        }
        match resource {
            Resource::Health | Resource::Readiness => Ok(HeaderMap::new()),
            // Everybody may see those. A browser tells an origin with some of them.
            Resource::File(_) | Resource::NoFile => {
                self.hub.admit_host(request).map(|()| HeaderMap::new())
            }
            Resource::Metrics | Resource::Channels => self.hub.admit(request),
        }
    }

    // ANCHOR: content
    async fn content(&self, resource: &Resource, scope: &Scope) -> WebResponse {
        match resource {
            Resource::Health => text("well\n"),
            Resource::Readiness => match self.health_check.ready() {
                Ok(()) => text("ready\n"),
                Err(why) => not_ready(why),
            },
            Resource::Metrics => {
                let metrics = self.health_check.metrics().into_iter();
                let all = metrics.chain(metrics::of_hub(self.hub.totals()));
                with_content_type(metrics::MEDIA_TYPE, metrics::text(all))
            }
            Resource::Channels => match self.channel_list.json(scope).await {
                Some(list) => with_content_type("application/json", list),
                None => busy("the list of channels cannot be made now"),
            },
            Resource::File(file) => file.answer(),
            Resource::NoFile => {
                Rejection::new(StatusCode::NOT_FOUND, "the page has no such file").into_response()
            }
        }
    }
    // ANCHOR_END: content
}

fn busy(why: &str) -> WebResponse {
    let sentence = format!("{why}; come back later");
    let retry = HeaderValue::from_static("5");
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
        .with(header::RETRY_AFTER, retry)
        .into_response()
}

fn not_ready(why: &str) -> WebResponse {
    Body::text(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n"))
}
