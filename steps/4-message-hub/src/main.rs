//! The message hub as a program. `./just step 4` runs it.

use message_hub::MessageHub;
use std::process::ExitCode;

fn main() -> ExitCode {
    service::main(
        "message-hub",
        "A message hub: publish by POST, read as a stream, a tail, events, or a WebSocket.",
        MessageHub::new,
    )
}
