//! HAProxy between a browser and a gateway.

use book_tests::program::free_port;
use std::{
    fs,
    net::TcpStream,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

/// Refuses WebSockets, as a proxy does that knows nothing of them.
pub(crate) const NO_WEBSOCKETS: &str = "http-request deny if { req.hdr(upgrade) -i websocket }";

/// Refuses what else goes on for ever.
pub(crate) const NO_STREAMS: &str = "http-request deny if { url_param(as) events }";

/// Takes WebSockets, and never says a word of them again.
pub(crate) const WEBSOCKETS_SWALLOWED: &str =
    "http-request silent-drop if { req.hdr(upgrade) -i websocket }";

/// Debian has it where only root looks.
const PROGRAMS: [&str; 2] = ["haproxy", "/usr/sbin/haproxy"];

/// How long it may take to listen. Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A proxy that passes requests on to one server.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    pub(crate) address: String,
    process: Option<Child>,
}

impl Proxy {
    /// A proxy to `server`, with these rules for requests.
    pub(crate) fn start(server: &str, rules: &[&str]) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let folder = tempfile::tempdir().expect("a folder for the configuration");
        let mut proxy = Proxy { folder, address, process: None };
        proxy.configure(server, rules);
        proxy.restart();
        proxy
    }

    /// Ends all connections, and passes those that come now on to this server, by these rules.
    pub(crate) fn turn_to(&mut self, server: &str, rules: &[&str]) {
        self.kill();
        self.configure(server, rules);
        self.restart();
    }

    fn configure(&self, server: &str, rules: &[&str]) {
        let address = &self.address;
        let rules: String = rules.iter().map(|rule| format!("    {rule}\n")).collect();
        let config = format!(
            "global\n    maxconn 200\n\
             defaults\n    mode http\n    timeout connect 5s\n    timeout client 1h\n    timeout server 1h\n    timeout tunnel 1h\n\
             frontend web\n    bind {address}\n{rules}    default_backend gateway\n\
             backend gateway\n    server one {server}\n"
        );
        fs::write(self.folder.path().join("haproxy.cfg"), config).expect("a file in our folder");
    }

    /// Starts it where it was.
    pub(crate) fn restart(&mut self) {
        let spawn = |program: &&str| {
            let config = self.folder.path().join("haproxy.cfg");
            Command::new(program).arg("-q").arg("-db").arg("-f").arg(config).spawn().ok()
        };
        let mut process =
            PROGRAMS.iter().find_map(spawn).expect("haproxy; `just setup` installs it");
        let deadline = Instant::now() + TEST_TIMEOUT;
        while TcpStream::connect(&self.address).is_err() {
            let ended = process.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "haproxy has ended: {ended:?}");
            assert!(Instant::now() < deadline, "haproxy does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        self.process = Some(process);
    }

    /// Kills it, and with it all connections.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.kill();
    }
}
