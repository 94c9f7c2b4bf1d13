//! Where a server listens.

use service::{Failure, Scope, Setting, Settings};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::Mutex,
};
use tracing::info;

/// A port of this machine, as a setting says.
pub struct Port {
    name: &'static str,
    interface: Setting<IpAddr>,
    port: Setting<u16>,
    address: Mutex<Option<SocketAddr>>,
}

impl Port {
    /// The port that the setting `name` says, on the address that `bind_interface` says.
    pub fn new(settings: &Settings, name: &'static str, default: u16, help: &'static str) -> Self {
        Port {
            name,
            interface: settings
                .define("bind_interface", IpAddr::V4(Ipv4Addr::LOCALHOST))
                .help("The address of this machine that ports are opened on.")
                .at_start(),
            port: settings.define(name, default).help(help).at_start(),
            address: Mutex::default(),
        }
    }

    /// Listens, and tells `status` and the log where.
    pub fn listen(&self, scope: &Scope) -> Result<TcpListener, Failure> {
        let wanted = SocketAddr::new(self.interface.get(), self.port.get());
        let listener = service::listen(wanted)?;
        let address = listener.local_addr()?;
        *self.address.lock().expect("nothing panics while it holds this lock") = Some(address);
        scope.report(self.name, address);
        info!(service = %scope, "listening on {address}");
        Ok(listener)
    }

    /// Where it listens, once it does: the port is never 0.
    pub fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().expect("nothing panics while it holds this lock")
    }
}
