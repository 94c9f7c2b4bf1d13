//! Where a server listens.

use service::{BoxError, Scope, Setting, Settings};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Mutex,
};
use tracing::info;

/// An address and port of this machine to listen on, as a setting says.
pub struct BindAddress {
    setting: &'static str,
    wanted: Setting<SocketAddr>,
    bound: Mutex<Option<SocketAddr>>,
}

impl BindAddress {
    /// The address that `setting` says; unless set, `default_port` of the loopback interface.
    pub fn new(
        settings: &Settings,
        setting: &'static str,
        default_port: u16,
        help: &'static str,
    ) -> Self {
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, default_port));
        BindAddress {
            setting,
            wanted: settings.define(setting, default).help(help).at_start(),
            bound: Mutex::default(),
        }
    }

    /// Listens, and tells `status` and the log where.
    pub fn listen(&self, scope: &Scope) -> Result<TcpListener, BoxError> {
        let listener = service::listen(self.wanted.get())?;
        let address = listener.local_addr()?;
        *self.bound.lock().expect("nothing panics while it holds this lock") = Some(address);
        scope.report(self.setting, address);
        info!(service = %scope, "listening on {address}");
        Ok(listener)
    }

    /// Where it listens, once it does: the port is never 0.
    pub fn address(&self) -> Option<SocketAddr> {
        *self.bound.lock().expect("nothing panics while it holds this lock")
    }
}
