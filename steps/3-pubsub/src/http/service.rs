//! A service that is a port, and what answers on it.

use super::{BindAddress, Handler, Limits, server::serve};
use service::{BoxError, Scope, Settings};
use std::{net::SocketAddr, sync::Arc};

/// A port on which `H` answers what is asked over HTTP.
pub struct Service<H> {
    name: &'static str,
    bind: BindAddress,
    limits: Arc<Limits>,
    handler: Arc<H>,
}

impl<H: Handler> Service<H> {
    /// The service `name`, which has `handler` answer at this address.
    pub fn on(bind: BindAddress, name: &'static str, settings: &Settings, handler: H) -> Self {
        let (limits, handler) = (Arc::new(Limits::new(settings)), Arc::new(handler));
        Service { name, bind, limits, handler }
    }

    /// Where it listens, once it is ready.
    pub fn address(&self) -> Option<SocketAddr> {
        self.bind.address()
    }
}

impl<H: Handler> service::Service for Service<H> {
    fn name(&self) -> &str {
        self.name
    }

    fn start(&self, scope: &Scope) -> Result<(), BoxError> {
        let listener = self.bind.listen(scope)?;
        serve(listener, self.limits.clone(), scope, self.handler.clone())?;
        scope.ready();
        Ok(())
    }
}
