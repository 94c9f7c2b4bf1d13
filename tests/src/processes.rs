//! Finding and ending the processes of a session, wherever they have gone.

use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use std::fs;

/// The variable that marks every process of a session. Its value begins with the test's own pid.
pub(crate) const MARK: &str = "BOOK_SESSION";

/// Ends all processes that bear the mark `session`; they are gone when this returns.
pub(crate) fn end_all(session: &str) {
    end(|mark| mark == session);
}

/// Ends processes that an earlier test left behind because it was killed itself.
pub(crate) fn end_orphans() {
    end(|mark| {
        let test = mark.split('-').next().and_then(|pid| pid.parse::<i32>().ok());
        test.is_some_and(|pid| !fs::exists(format!("/proc/{pid}")).unwrap_or(true))
    });
}

/// Whether a program runs in the session `session`.
pub(crate) fn is_running(session: &str, program: &str) -> bool {
    marked().into_iter().any(|(pid, mark)| {
        let name = fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero()));
        mark == session && name.is_ok_and(|name| name.trim_end() == program)
    })
}

fn end(is_ours: impl Fn(&str) -> bool) {
    // A process may start another while it is being looked for: until none is found.
    loop {
        let found: Vec<_> = marked().into_iter().filter(|(_, mark)| is_ours(mark)).collect();
        if found.is_empty() {
            return;
        }
        for (pid, _) in found {
            kill(pid);
        }
    }
}

/// Kills a process, and waits until it is gone. Its memory, and so its mark, goes before it does.
fn kill(pid: Pid) {
    // It may have ended by now.
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    let _ = kill_process(pid, Signal::KILL);
    let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], None);
}

/// The living processes that bear a mark.
fn marked() -> Vec<(Pid, String)> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<i32>().ok());
    let marked = |pid: i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let prefix = format!("{MARK}=");
        let variable = environment
            .split(|byte| *byte == 0)
            .find_map(|variable| variable.strip_prefix(prefix.as_bytes()))?;
        Some((Pid::from_raw(pid)?, String::from_utf8_lossy(variable).into_owned()))
    };
    pids.filter_map(marked).collect()
}
