//! The command line that every step of the book shares:
//! `run start stop restart reload status log settings`. To be skipped at first: services do not need it.
//!
//! | file | what |
//! | --- | --- |
//! | `command_line.rs` | what may be typed, and what a restart keeps of it |
//! | `foreground.rs` | the process that runs the service |
//! | `background.rs` | the commands that start that process and talk to it |
//! | `report.rs` | how the process tells `start` that it is ready |
//! | `control.rs` | how the other commands ask it, by a Unix socket |
//! | `instance.rs` | pidfile, log and socket: where they are, and whose |
//! | `signals.rs` | Ctrl-C and the others |

mod background;
mod command_line;
mod control;
mod foreground;
mod instance;
mod report;
mod signals;

use crate::{
    Error, Service, Settings, logging::LogLevel, logging::Logging, settings::SettingsError,
};
use command_line::{Command, CommandLine};
use instance::Instance;
use std::{io, process::ExitCode, sync::Arc};

/// The main function of a program that is one service: reads the command line, and does what it
/// says.
///
/// `build` makes the service, and defines its settings. `about` is a sentence for `--help`.
///
/// ```no_run
/// # struct NumberServer;
/// # impl service::Service for NumberServer { fn name(&self) -> &str { "number-server" } }
/// fn main() -> std::process::ExitCode {
///     service::main("number-server", "Says random numbers.", |_settings| NumberServer)
/// }
/// ```
pub fn main<S: Service>(
    name: &'static str,
    about: &'static str,
    build: impl FnOnce(&Settings) -> S,
) -> ExitCode {
    let line = CommandLine::parse(name, about);
    match execute(name, line, build) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{}", problem.in_words(name));
            ExitCode::FAILURE
        }
    }
}

fn execute<S: Service>(
    name: &'static str,
    line: CommandLine,
    build: impl FnOnce(&Settings) -> S,
) -> Result<ExitCode, CommandError> {
    let instance = || Instance::new(name, line.state_dir.clone());
    match line.command() {
        Command::Run => foreground::run(Program::new(&line, build)?, None),
        Command::Background => foreground::run(Program::new(&line, build)?, Some(instance()?)),
        Command::Settings => {
            print!("{}", Program::new(&line, build)?.settings.to_toml());
            Ok(ExitCode::SUCCESS)
        }
        Command::Start => {
            // What is wrong with the settings is told here and now, not by the log of another
            // process.
            Program::new(&line, build)?;
            background::start(&instance()?, &line)
        }
        Command::Stop => background::stop(&instance()?),
        Command::Restart => {
            let instance = instance()?;
            let line = line.or_earlier(background::options(&instance)?);
            Program::new(&line, build)?; // before anything is stopped
            background::restart(&instance, &line)
        }
        Command::Reload => background::reload(&instance()?),
        Command::Status => background::status(&instance()?),
        Command::Log { follow, lines } => background::log(&instance()?, follow, lines),
    }
}

/// A service, made and not yet started, with the settings of its process.
struct Program {
    service: Arc<dyn Service>,
    settings: Settings,
    log_level: crate::Setting<LogLevel>,
}

impl Program {
    fn new<S: Service>(
        line: &CommandLine,
        build: impl FnOnce(&Settings) -> S,
    ) -> Result<Self, SettingsError> {
        let settings = Settings::new(line.sources());
        let service = Arc::new(build(&settings));
        let log_level = settings
            .define("log_level", LogLevel::Info)
            .help("How much is logged: error, warn, info, debug or trace.")
            .live();
        settings.check()?;
        Ok(Program { service, settings, log_level })
    }

    fn start_log(&self) -> Logging {
        Logging::start(self.log_level.get())
    }
}

/// Why a command failed, for the person who typed it.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Service(#[from] Error),
    #[error("{0}")]
    Background(String),
    /// In the words of the background process.
    #[error("{0}")]
    Reported(String),
    #[error("{what}: {error}")]
    Io { what: String, error: io::Error },
}

impl CommandError {
    /// Makes an error say what could not be done.
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> CommandError {
        |error| CommandError::Io { what: what.into(), error }
    }

    /// For a terminal. A service's error begins with its path; others begin with the program's
    /// name.
    fn in_words(&self, name: &str) -> String {
        match self {
            CommandError::Service(_) | CommandError::Reported(_) => self.to_string(),
            _ => self
                .to_string()
                .lines()
                .map(|line| format!("{name}: {line}"))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}
