//! A session: terminals in a folder and a network of their own.

use crate::{
    Terminal,
    namespace::Namespace,
    processes::{self, MARK},
    program::root,
    terminal::{Screens, shell},
};
use std::{
    cell::RefCell,
    env,
    fs::File,
    os::unix::fs::symlink,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// What a shell needs of this process's environment to find and run cargo.
const PASSED_ON: [&str; 3] = ["USER", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"];

/// Where Debian has HAProxy, which not everybody looks for there.
const WHERE_SERVERS_ARE: &str = "/usr/sbin";

/// How long a program may take to start. Only ever waited out by a test that fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A few terminals that belong together, as a reader would have them side by side.
///
/// They share an empty folder, which holds `./just` and nothing else, and a network namespace. Where
/// the machine allows none, there is one session at a time, for all of them use the book's fixed
/// ports. However a session ends, no process of it is left.
pub struct Session {
    name: String,
    mark: String,
    terminals: RefCell<Vec<Terminal>>,
    screens: Screens,
    environment: Vec<(String, String)>,
    // Dropped in this order, after the processes have been ended.
    folder: tempfile::TempDir,
    namespace: Option<Namespace>,
    _turn: Option<File>,
}

impl Session {
    /// A session by this name. Its panes are the snapshots `NAME.TERMINAL`.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let namespace = Namespace::new();
        let turn = namespace.is_none().then(wait_for_turn);
        processes::end_orphans();
        let folder =
            tempfile::Builder::new().prefix("book-").tempdir().expect("a folder for the session");
        let session = Session {
            name: name.into(),
            mark: format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)),
            terminals: RefCell::default(),
            screens: Screens::default(),
            environment: Vec::new(),
            folder,
            namespace,
            _turn: turn,
        };
        session.with("just")
    }

    /// Has a part of the project in the session's folder, too, such as `steps`.
    pub fn with(self, part: &str) -> Self {
        symlink(root().join(part), self.folder.path().join(part)).expect("a link in a new folder");
        self
    }

    /// Sets a variable in all terminals that are opened from now on. The reader does not see it.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Opens a terminal; it waits at its prompt.
    pub fn terminal(&self, name: &str) -> Terminal {
        let prefix = self.namespace.as_ref().map(Namespace::enter).unwrap_or_default();
        let mut command = shell(&prefix, self.folder.path())
            .env(MARK, &self.mark)
            .env("LC_ALL", "C.UTF-8")
            .env("CARGO_NET_OFFLINE", "true")
            .env("HOME", self.folder.path())
            .env("CARGO_HOME", home(".cargo", "CARGO_HOME"))
            .env("RUSTUP_HOME", home(".rustup", "RUSTUP_HOME"))
            .envs(self.environment.iter().cloned());
        for name in PASSED_ON {
            if let Some(value) = env::var_os(name) {
                command = command.env(name, value);
            }
        }
        if let Ok(path) = env::var("PATH") {
            command = command.env("PATH", format!("{path}:{WHERE_SERVERS_ARE}"));
        }
        let terminal = Terminal::open(name, command, self.screens.clone());
        self.terminals.borrow_mut().push(terminal.clone());
        terminal
    }

    /// Waits until a program runs. What is stopped by Ctrl-Z must have begun: a process that is just
    /// about to start another may neither stop nor go on.
    pub fn until_running(&self, program: &str) {
        let deadline = Instant::now() + TEST_TIMEOUT;
        while !processes::is_running(&self.mark, program) {
            assert!(Instant::now() < deadline, "{program} does not run");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The folder that the terminals are in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Fails unless these were printed one after the other, each in its terminal.
    pub fn in_order(&self, printed: &[(&Terminal, &str)]) {
        for pair in printed.windows(2) {
            let [(first, earlier), (second, later)] = pair else { unreachable!("windows of two") };
            assert!(
                first.when(earlier) <= second.when(later),
                "{earlier:?} in the terminal {:?} should come before {later:?} in {:?}.\n{}",
                first.name(),
                second.name(),
                first.everything()
            );
        }
    }

    /// Compares every pane with its snapshot.
    pub fn end(self) {
        let terminals = self.terminals.borrow();
        for terminal in terminals.iter() {
            let compared = catch_unwind(AssertUnwindSafe(|| {
                compare(&format!("{}.{}", self.name, terminal.name()), &terminal.pane())
            }));
            if let Err(panic) = compared {
                eprintln!(
                    "\nThe pane {:?} of the session {:?} is not as it was. All of the session:\n",
                    terminal.name(),
                    self.name
                );
                eprintln!("{}", terminal.everything());
                eprintln!("If this is how it should be, `./just accept` makes it the snapshot.\n");
                resume_unwind(panic);
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        processes::end_all(&self.mark);
    }
}

/// Waits until no other session uses the machine's own network.
fn wait_for_turn() -> File {
    let turn = File::create(env::temp_dir().join("book-sessions.lock"))
        .expect("a file in the folder for temporary ones");
    turn.lock().expect("a lock that sessions take turns with");
    turn
}

/// Compares a pane with its snapshot.
fn compare(name: &str, pane: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, pane));
}

/// Where the snapshots are. The mutation check sets a folder of damaged ones.
fn snapshots() -> PathBuf {
    env::var_os("BOOK_SNAPSHOTS").map_or_else(|| root().join("tests/snapshots"), PathBuf::from)
}

/// Where cargo or rustup keeps its things: the sessions have another home folder.
fn home(folder: &str, variable: &str) -> PathBuf {
    let of_user = || env::home_dir().unwrap_or_default().join(folder);
    env::var_os(variable).map_or_else(of_user, PathBuf::from)
}
