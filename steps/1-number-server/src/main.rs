//! The number server as a program. `./just step 1` runs it.

use number_server::NumberServer;
use std::process::ExitCode;

fn main() -> ExitCode {
    service::main("number-server", "A TCP server that says random numbers.", NumberServer::new)
}
