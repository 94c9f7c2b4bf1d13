//! What strangers may send to a hub, and what becomes of it: the program answers as it should or hangs
//! up, and whoever reads a channel meanwhile notices nothing. For any program that has the ports of a
//! hub.
//!
//! | file | what |
//! | --- | --- |
//! | `program.rs` | which program it is, and what is its own |
//! | `hub.rs` | the program's process |
//! | `case.rs` | what each case looks at when the attack is over |
//! | `readers.rs` | the innocent |
//! | `client.rs`, `sockets.rs` | clients that send any bytes whatever |
//! | the others | the cases |

pub mod case;
mod chunks;
pub mod client;
mod files;
mod floods;
mod frames;
mod handshakes;
pub mod hub;
mod pipelining;
pub mod program;
mod readers;
mod rejections;
mod silence;
mod sizes;
mod smuggling;
pub mod sockets;
mod tiny_writes;

use libtest_mimic::{Arguments, Trial};
pub use program::Program;
use std::process::ExitCode;

/// A case: its name, and what it does.
pub type Case = (&'static str, fn());

/// Lists the cases of a file by their functions. One that is forgotten is never used, and the
/// compiler says so.
#[macro_export]
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        &[$((concat!(module_path!(), "::", stringify!($case)), $case as fn())),+]
    };
}
pub(crate) use cases;

/// The cases of all hubs.
const CASES: [&[Case]; 11] = [
    chunks::CASES,
    files::CASES,
    floods::CASES,
    frames::CASES,
    handshakes::CASES,
    pipelining::CASES,
    rejections::CASES,
    silence::CASES,
    sizes::CASES,
    smuggling::CASES,
    tiny_writes::CASES,
];

/// Runs the cases of all hubs and those of its own against a program, as cargo would.
pub fn run(program: Program, own: &[&[Case]]) -> ExitCode {
    program::set(program);
    let cases = CASES.iter().chain(own).flat_map(|cases| cases.iter());
    let trial = |(path, case): &Case| {
        let (case, file_and_name) = (*case, path.rsplitn(3, "::").collect::<Vec<_>>());
        let name = format!("{}::{}", file_and_name[1], file_and_name[0]);
        Trial::test(name, move || {
            case();
            Ok(())
        })
    };
    libtest_mimic::run(&Arguments::from_args(), cases.map(trial).collect()).exit_code()
}
