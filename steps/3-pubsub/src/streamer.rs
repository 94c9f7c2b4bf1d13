//! Serves what can be published to and subscribed to over HTTP.

use crate::{
    PubSub, StreamHandler,
    http::{self, BindAddress},
};
use service::Settings;
use std::sync::Arc;

/// A service on `http_bind` where `POST` publishes to the channel that the path names, and `GET`
/// streams it.
pub type HttpStreamer<P> = http::Service<StreamHandler<P>>;

impl<P: PubSub> HttpStreamer<P> {
    /// Serves `pubsub`, with these settings.
    pub fn new(settings: &Settings, pubsub: Arc<P>) -> Self {
        let help = "Where POST publishes and GET subscribes. Port 0 takes a free one, which `status` tells.";
        let bind = BindAddress::new(settings, "http_bind", 8088, help);
        Self::on(bind, "http", settings, StreamHandler::new(settings, pubsub))
    }
}
