//! The number client against real sockets: each file takes up one thing that must hold, and says
//! why.
//!
//! Peers are listeners that follow a script, on ports that the system picks, or a real number
//! server. A test waits for the thing itself, and fails with a sentence if it does not come; only
//! to see that something does *not* come does it wait a moment. Where long waits are what is
//! tested, the clock is tokio's paused one.

mod backoff;
mod backpressure;
mod connected;
mod lines;
mod numbers;
mod program;
mod reconnects;
mod stop;
mod support;
