//! The background process of a program: where its files are, and whether it lives.

use super::CommandError;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    mem::ManuallyDrop,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    thread,
    time::Duration,
};

/// A Unix socket's path may have no more bytes than this.
const LONGEST_SOCKET_PATH: usize = 107;

/// How long to wait before another look at a process that is about to end.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The place of a program's background process. One process at a time holds it.
pub(super) struct Instance {
    pub(super) name: &'static str,
    /// What a person types to run the program, such as `./just step 1`.
    pub(super) command: String,
    folder: PathBuf,
}

/// What the pidfile tells.
pub(super) enum PidfileState {
    /// No process, and the last one ended as it should.
    Free,
    /// No process; the one with this id was killed.
    Stale { pid: u32 },
    /// A process with this id.
    Held { pid: u32 },
}

/// Held by the process that runs. When it is dropped, the pidfile says that the process ends as it
/// should.
pub(super) struct Lock {
    /// Never closed: the system does that when the process ends, and `stop` waits for it.
    pidfile: ManuallyDrop<File>,
    /// The process that held the place before and was killed.
    pub(super) stale: Option<u32>,
}

impl Instance {
    /// Files are kept in `state_dir`, else `$XDG_STATE_HOME` or `~/.local/state`, in a folder of
    /// the program's name.
    pub(super) fn new(
        name: &'static str,
        state_dir: Option<PathBuf>,
    ) -> Result<Self, CommandError> {
        let of_user = || {
            let state_home = std::env::var_os("XDG_STATE_HOME")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from);
            let home = std::env::home_dir().filter(|path| !path.as_os_str().is_empty());
            Some(state_home.or_else(|| Some(home?.join(".local/state")))?.join(name))
        };
        let folder = state_dir.or_else(of_user).ok_or_else(|| {
            CommandError::Background(
                "there is no home folder; name a folder with --state-dir".into(),
            )
        })?;
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let command = std::env::var("SERVICE_COMMAND").unwrap_or_else(|_| name.into());
        let instance = Instance { name, command, folder };
        // Who can write to the socket can stop the service.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&instance.folder)
            .map_err(CommandError::io(instance.folder.display().to_string()))?;
        if instance.socket().as_os_str().len() > LONGEST_SOCKET_PATH {
            let folder = instance.folder.display();
            return Err(CommandError::Background(format!(
                "{folder}: too long for a socket's path; name a shorter folder with --state-dir"
            )));
        }
        Ok(instance)
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(super) fn pidfile(&self) -> PathBuf {
        self.folder.join(format!("{}.pid", self.name))
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join(format!("{}.sock", self.name))
    }

    fn open_pidfile(&self) -> Result<File, CommandError> {
        let path = self.pidfile();
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        file.map_err(CommandError::io(path.display().to_string()))
    }

    /// Who holds the place. The lock tells, not the pid: a pid may long be another process's.
    pub(super) fn pidfile_state(&self) -> Result<PidfileState, CommandError> {
        loop {
            let mut pidfile = self.open_pidfile()?;
            match pidfile.try_lock_shared() {
                Ok(()) => {
                    return Ok(read_pid(&mut pidfile)
                        .map_or(PidfileState::Free, |pid| PidfileState::Stale { pid }));
                }
                Err(TryLockError::Error(error)) => return Err(self.pidfile_error(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(pid) = read_pid(&mut pidfile) {
                return Ok(PidfileState::Held { pid });
            }
            thread::sleep(POLL_INTERVAL); // it has only just begun, or is about to end
        }
    }

    /// Takes the place for this process.
    pub(super) fn lock(&self) -> Result<Lock, CommandError> {
        let mut pidfile = self.open_pidfile()?;
        while let Err(error) = pidfile.try_lock() {
            match error {
                TryLockError::Error(error) => return Err(self.pidfile_error(error)),
                // It may be somebody who only looks for the holder; that takes no time.
                TryLockError::WouldBlock => match self.pidfile_state()? {
                    PidfileState::Held { pid } => return Err(self.already_running(pid)),
                    PidfileState::Free | PidfileState::Stale { .. } => {}
                },
            }
        }
        let mut lock = Lock { stale: read_pid(&mut pidfile), pidfile: ManuallyDrop::new(pidfile) };
        lock.write(&format!("{}\n", std::process::id()))
            .map_err(|error| self.pidfile_error(error))?;
        Ok(lock)
    }

    fn pidfile_error(&self, error: io::Error) -> CommandError {
        CommandError::io(self.pidfile().display().to_string())(error)
    }

    pub(super) fn already_running(&self, pid: u32) -> CommandError {
        let command = &self.command;
        CommandError::Background(format!(
            "already running (pid {pid}); `{command} stop` stops it, `{command} restart` starts it anew"
        ))
    }

    /// Waits until the process `pid` has ended.
    pub(super) fn wait_for_end(&self, pid: u32) -> Result<(), CommandError> {
        while matches!(self.pidfile_state()?, PidfileState::Held { pid: now } if now == pid) {
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }
}

impl Drop for Lock {
    /// The file stays: to delete it would let two processes lock two files.
    fn drop(&mut self) {
        // A pid that stays behind is recognised as stale.
        let _ = self.write("");
    }
}

impl Lock {
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.pidfile.set_len(0)?;
        self.pidfile.rewind()?;
        self.pidfile.write_all(text.as_bytes())
    }
}

fn read_pid(pidfile: &mut File) -> Option<u32> {
    let mut text = String::new();
    pidfile.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
