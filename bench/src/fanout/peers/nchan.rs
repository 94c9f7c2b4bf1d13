//! nginx with its module nchan: WebSocket, and a process for each of two workers.

use super::{silent, version_of};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const PROGRAM: &str = "nginx";

pub(super) fn version() -> Option<String> {
    module()?;
    version_of(PROGRAM, "-v", "nginx/")
}

/// The module, where this nginx looks for modules.
fn module() -> Option<PathBuf> {
    let folder = version_of(PROGRAM, "-V", "--modules-path=")?;
    let file = Path::new(&folder).join("ngx_nchan_module.so");
    file.exists().then_some(file)
}

pub(super) fn command(port: u16, folder: &Path) -> anyhow::Result<Command> {
    let module = module().context("nginx has no nchan")?;
    // Nothing outside of its folder is touched, and no message is dropped while one is waited for.
    let settings = format!(
        "load_module {};
daemon off;
pid nginx.pid;
error_log error.log crit;
worker_processes 2;
worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    nchan_shared_memory_size 512M;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /bench {{
            nchan_pubsub websocket;
            nchan_channel_id bench;
            nchan_message_buffer_length 20000;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
",
        module.display()
    );
    fs::write(folder.join("nginx.conf"), settings)?;
    let mut command = silent(PROGRAM);
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "error.log"]);
    Ok(command)
}
