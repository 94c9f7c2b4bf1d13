//! The session harness: real terminals, in which real commands are typed, and what they print is
//! compared.
//!
//! A *session* is what a reader would do: open a few terminals, type, look. Each terminal's
//! transcript is a *pane*, kept as a snapshot in `tests/snapshots`, and the book includes the panes
//! by name. So what the book prints is what was printed.
//!
//! ```no_run
//! let session = book_tests::Session::new("first-numbers");
//! let server = session.terminal("server");
//! server.start("./just step 1 --set seed=7", "ready");
//! let client = session.terminal("client");
//! client.run("nc -d 127.0.0.1 7776 | head -n 3");
//! server.press_ctrl_c();
//! session.end();
//! ```

pub mod browser;
mod filters;
mod namespace;
mod processes;
pub mod program;
mod session;
mod terminal;
pub mod trials;

pub use session::Session;
pub use terminal::Terminal;
