//! Running tests that need what a machine may not have: they are ignored there, by name and count.

use libtest_mimic::{Arguments, Trial};
use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

/// Set by `just test` to what is missing on this machine.
const MISSING: &str = "BOOK_MISSING";

/// A test: its name, the packages that it needs beyond cargo, and what it does.
pub type Test = (&'static str, &'static str, fn());

/// Runs tests as cargo would. One that needs what is missing is ignored, unless `CI=true`.
pub fn run(tests: &[Test]) -> ExitCode {
    let missing = env::var(MISSING).unwrap_or_default();
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    let trial = |(name, needs, test): &Test| {
        let test = *test;
        // The panic's message has been printed when it is caught.
        let run = move || {
            catch_unwind(AssertUnwindSafe(test)).map_err(|_| "it panicked, as told above".into())
        };
        let is_missing = |need| missing.split_whitespace().any(|package| package == need);
        let lacking = needs.split_whitespace().any(is_missing);
        Trial::test(*name, run).with_ignored_flag(lacking && !in_ci)
    };
    libtest_mimic::run(&Arguments::from_args(), tests.iter().map(trial).collect()).exit_code()
}
