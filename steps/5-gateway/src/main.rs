//! The gateway as a program. `./just step 5` runs it.

use gateway::Gateway;
use std::process::ExitCode;

fn main() -> ExitCode {
    service::main(
        "gateway",
        "Passes numbers on to whoever listens, by every transport there is.",
        Gateway::new,
    )
}
