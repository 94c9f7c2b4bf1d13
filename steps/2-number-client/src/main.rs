//! The number client as a program. `./just step 2` runs it.

use number_client::NumberProgram;
use std::process::ExitCode;

fn main() -> ExitCode {
    service::main("number-client", "Prints the numbers of a number server.", NumberProgram::new)
}
