//! One terminal of a session: a shell on a pseudo-terminal, with somebody who types and looks.

use crate::filters;
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::AsFd,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

/// The shell's prompt.
const PROMPT: &str = "$ ";

/// How long to wait for what should be printed. Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Control and C, control and Z.
const INTERRUPT: u8 = 3;
const SUSPEND: u8 = 26;

/// Characters that a terminal shows nothing for: the return of a line's end, and the separator that
/// the hub's control messages begin with.
const UNSEEN: [u8; 2] = [b'\r', 0x1E];

/// A terminal of a [`Session`](crate::Session). Cloning gives another hold on the same one.
#[derive(Clone)]
pub struct Terminal(Arc<Inner>);

struct Inner {
    name: String,
    pty: pty_process::blocking::Pty,
    screen: Arc<Screen>,
    /// All the terminals of the session, for when one of them fails.
    session: Screens,
}

/// The names and screens of a session's terminals.
pub(crate) type Screens = Arc<Mutex<Vec<(String, Arc<Screen>)>>>;

/// What has been printed so far.
#[derive(Default)]
pub(crate) struct Screen {
    printed: Mutex<Printed>,
    more: Condvar,
}

#[derive(Default)]
struct Printed {
    text: String,
    /// For each chunk that arrived: where it ends in `text`, and when it came.
    arrived: Vec<(usize, Instant)>,
    /// The lines that were typed, and when.
    typed: Vec<(String, Instant)>,
    /// What `wait_for` has already seen.
    seen: usize,
    closed: bool,
}

impl Terminal {
    pub(crate) fn open(
        name: &str,
        command: pty_process::blocking::Command,
        session: Screens,
    ) -> Terminal {
        let (pty, pts) = pty_process::blocking::open().expect("a pseudo-terminal");
        // Wide enough for no line of the book to wrap.
        pty.resize(pty_process::Size::new(50, 250)).expect("a pseudo-terminal has a size");
        let mut child = command.spawn(pts).expect("a shell");
        let from = File::from(pty.as_fd().try_clone_to_owned().expect("a second descriptor"));
        let screen = Arc::new(Screen::default());
        session.lock().expect("no other test uses this").push((name.into(), screen.clone()));
        let inner = Arc::new(Inner { name: name.into(), pty, screen: screen.clone(), session });
        thread::spawn(move || {
            read_all(from, &screen);
            child.wait()
        });
        let terminal = Terminal(inner);
        terminal.wait_for_prompt();
        terminal
    }

    /// Types a command, and waits until it has ended and the shell asks for the next.
    pub fn run(&self, command: &str) {
        self.type_line(command);
        self.wait_for_prompt();
    }

    /// Types a command that stays, and waits until it has printed `text`.
    pub fn start(&self, command: &str, text: &str) {
        self.type_line(command);
        self.wait_for(text);
    }

    /// Types a command and presses Enter.
    pub fn type_line(&self, line: &str) {
        let line = format!("{line}\n");
        self.0.screen.lock().typed.push((line.clone(), Instant::now()));
        self.send(line.as_bytes());
        // The terminal echoes the line; what is waited for next comes after it.
        self.wait_for(&line);
    }

    /// Presses Ctrl-C, and waits until the command has ended.
    pub fn press_ctrl_c(&self) {
        self.send(&[INTERRUPT]);
        self.wait_for("^C");
        self.wait_for_prompt();
    }

    /// Presses Ctrl-Z, and waits until the command is stopped.
    pub fn press_ctrl_z(&self) {
        self.send(&[SUSPEND]);
        self.wait_for("Stopped");
        self.wait_for_prompt();
    }

    /// Waits until `text` is printed, after all that has been waited for before.
    pub fn wait_for(&self, text: &str) {
        let found = |printed: &Printed| {
            printed.text[printed.seen..].find(text).map(|at| printed.seen + at + text.len())
        };
        self.wait(&format!("it to print {text:?}"), found);
    }

    /// Waits until the shell asks for a command.
    pub fn wait_for_prompt(&self) {
        let at_prompt = |printed: &Printed| {
            let new = &printed.text[printed.seen..];
            (new == PROMPT
                || new.ends_with(&format!("\n{PROMPT}"))
                || (new.ends_with(PROMPT) && printed.text[..printed.seen].ends_with('\n')))
            .then_some(printed.text.len())
        };
        self.wait("the prompt", at_prompt);
    }

    fn wait(&self, what: &str, found: impl Fn(&Printed) -> Option<usize>) {
        let deadline = Instant::now() + TEST_TIMEOUT;
        let mut printed = self.0.screen.lock();
        loop {
            if let Some(seen) = found(&printed) {
                printed.seen = seen;
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || printed.closed {
                drop(printed);
                panic!(
                    "waited for {what} in the terminal {:?}, in vain.\n{}",
                    self.0.name,
                    self.everything()
                );
            }
            printed = self
                .0
                .screen
                .more
                .wait_timeout(printed, left)
                .expect("the reader does not panic")
                .0;
        }
    }

    fn send(&self, bytes: &[u8]) {
        (&self.0.pty).write_all(bytes).expect("the shell reads what is typed");
    }

    /// The terminal's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// When `text` was first printed; or typed, if it is a line of those. Its echo may be seen later
    /// than what it has brought about in another terminal.
    pub fn when(&self, text: &str) -> Instant {
        let printed = self.0.screen.lock();
        if let Some((_, when)) = printed.typed.iter().find(|(line, _)| line == text) {
            return *when;
        }
        let at = printed.text.find(text).map(|at| at + text.len());
        let arrived = at.and_then(|at| printed.arrived.iter().find(|(end, _)| *end >= at));
        let Some((_, when)) = arrived else {
            drop(printed);
            panic!(
                "{text:?} was never printed in the terminal {:?}.\n{}",
                self.0.name,
                self.everything()
            );
        };
        *when
    }

    /// When each line that is nothing but a number was printed.
    pub fn number_times(&self) -> Vec<Instant> {
        let printed = self.0.screen.lock();
        let mut end = 0;
        let mut times = Vec::new();
        for line in printed.text.split_inclusive('\n') {
            end += line.len();
            let is_number = line.trim_end().parse::<u8>().is_ok();
            times.extend(
                printed
                    .arrived
                    .iter()
                    .find(|(chunk, _)| is_number && *chunk >= end)
                    .map(|(_, when)| *when),
            );
        }
        times
    }

    /// What the pane shows: all that was printed, without the last prompt.
    pub(crate) fn pane(&self) -> String {
        self.0.screen.pane()
    }

    /// What all terminals of the session show.
    pub(crate) fn everything(&self) -> String {
        let session = self.0.session.lock().expect("no other test uses this");
        session.iter().map(|(name, screen)| format!("── {name} ──\n{}\n", screen.pane())).collect()
    }
}

impl Screen {
    fn lock(&self) -> MutexGuard<'_, Printed> {
        self.printed.lock().expect("nothing panics while it holds this lock")
    }

    fn pane(&self) -> String {
        let printed = self.lock();
        filters::apply(printed.text.trim_end_matches(PROMPT))
    }
}

fn read_all(mut from: impl Read, screen: &Screen) {
    let mut buffer = [0; 4096];
    let mut pending = Vec::new();
    // On Linux the read fails when the last process on the terminal has gone.
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        pending.extend(buffer[..count].iter().filter(|byte| !UNSEEN.contains(byte)));
        // A character may come in two parts.
        let whole = match str::from_utf8(&pending) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = pending.split_off(whole);
        let mut printed = screen.lock();
        printed.text.push_str(&String::from_utf8_lossy(&pending));
        let end = printed.text.len();
        printed.arrived.push((end, Instant::now()));
        screen.more.notify_all();
        pending = rest;
    }
    screen.lock().closed = true;
    screen.more.notify_all();
}

/// The shell that runs in a terminal.
pub(crate) fn shell(
    prefix: &[std::ffi::OsString],
    folder: &Path,
) -> pty_process::blocking::Command {
    let words =
        [prefix, &["bash".into(), "--norc".into(), "--noprofile".into(), "--noediting".into()]]
            .concat();
    let (program, arguments) = words.split_first().expect("at least the shell");
    pty_process::blocking::Command::new(program)
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .env("PS1", PROMPT)
        .env("TERM", "dumb")
}
