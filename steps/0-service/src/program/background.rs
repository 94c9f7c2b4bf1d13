//! Starts the background process, and talks to it: `start stop restart reload status log`.

use super::{
    CommandError,
    command_line::CommandLine,
    control::{Options, Request, Response, ask},
    instance::{Instance, PidfileState},
    report,
};
use crate::{State, Status};
use std::{
    fs::{File, OpenOptions},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

/// The exit codes of `status`, as scripts know them from init scripts.
const KILLED: u8 = 1;
const NOT_RUNNING: u8 = 3;
const NOT_READY: u8 = 4;

/// Starts the background process; returns when its service is ready, or says why it is not.
// ANCHOR: start
pub(super) fn start(instance: &Instance, line: &CommandLine) -> Result<ExitCode, CommandError> {
    if let PidfileState::Held { pid } = instance.pidfile_state()? {
        return Err(instance.already_running(pid));
    }
    let log = open_log(instance)?;
    let (ours, theirs) =
        UnixStream::pair().map_err(CommandError::io("a socket to the new process"))?;
    let program = std::env::current_exe().map_err(CommandError::io("this program's own path"))?;
    let mut child = Command::new(program)
        .arg("background")
        .args(line.to_arguments())
        .envs(line.environment.iter().cloned())
        .env("SERVICE_STATE_DIR", instance.folder())
        .stdin(OwnedFd::from(theirs)) // where it reports
        .stdout(log.try_clone().map_err(CommandError::io("the log"))?)
        .stderr(log)
        .spawn()
        .map_err(CommandError::io("a new process"))?;
    let reported = report::read(ours);
    if reported == Some(Ok(())) {
        println!("{} is ready (pid {})", instance.name, child.id());
        return Ok(ExitCode::SUCCESS);
    }
    let status = child.wait().map_err(CommandError::io("the new process"))?;
    Err(match reported {
        Some(Err(reason)) => CommandError::Reported(reason),
        _ => CommandError::Background(format!(
            "the new process ended ({status}) before it was ready; its log is {}",
            instance.log().display()
        )),
    })
}
// ANCHOR_END: start

fn open_log(instance: &Instance) -> Result<File, CommandError> {
    let path = instance.log();
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(CommandError::io(path.display().to_string()))
}

/// Stops the background process; returns when it has ended.
pub(super) fn stop(instance: &Instance) -> Result<ExitCode, CommandError> {
    match instance.pidfile_state()? {
        PidfileState::Held { pid } => {
            stop_process(instance, pid)?;
            println!("{} is stopped", instance.name);
        }
        PidfileState::Stale { pid } => {
            println!("{} is not running: pid {pid} was killed", instance.name)
        }
        PidfileState::Free => println!("{} is not running", instance.name),
    }
    Ok(ExitCode::SUCCESS)
}

fn stop_process(instance: &Instance, pid: u32) -> Result<(), CommandError> {
    match ask_running(instance, pid, Request::Stop) {
        Ok(answer) => {
            instance.wait_for_end(pid)?;
            print_lines(answer).map(drop)
        }
        // A process that is being stopped already does not answer.
        Err(problem) => match instance.pidfile_state()? {
            PidfileState::Held { pid: now } if now == pid => Err(problem),
            _ => Ok(()),
        },
    }
}

/// What the background process was started with; nothing if there is no such process.
pub(super) fn options(instance: &Instance) -> Result<Options, CommandError> {
    let PidfileState::Held { pid } = instance.pidfile_state()? else {
        return Ok(Options::default());
    };
    match ask_running(instance, pid, Request::Options)? {
        Response::Options(options) => Ok(options),
        _ => Err(another_answer()),
    }
}

/// Stops and starts the background process.
pub(super) fn restart(instance: &Instance, line: &CommandLine) -> Result<ExitCode, CommandError> {
    match instance.pidfile_state()? {
        PidfileState::Held { .. } => drop(stop(instance)?),
        PidfileState::Stale { pid } => println!(
            "{} was not running: pid {pid} was killed, and what it was started with is not known; starting with what is given now",
            instance.name
        ),
        PidfileState::Free => {}
    }
    start(instance, line)
}

/// Has the background process read its settings again.
pub(super) fn reload(instance: &Instance) -> Result<ExitCode, CommandError> {
    let PidfileState::Held { pid } = instance.pidfile_state()? else {
        return Err(not_running(instance));
    };
    if print_lines(ask_running(instance, pid, Request::Reload)?)? == 0 {
        println!("nothing has changed");
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what runs; the exit code tells scripts.
pub(super) fn status(instance: &Instance) -> Result<ExitCode, CommandError> {
    let name = instance.name;
    match instance.pidfile_state()? {
        PidfileState::Free => {
            println!("{name} is not running");
            Ok(NOT_RUNNING.into())
        }
        PidfileState::Stale { pid } => {
            let command = &instance.command;
            println!(
                "{name} is not running: pid {pid} was killed; `{command} start` starts it again"
            );
            Ok(KILLED.into())
        }
        PidfileState::Held { pid } => {
            let Response::Status { tree, seconds, .. } =
                ask_running(instance, pid, Request::Status)?
            else {
                return Err(another_answer());
            };
            println!(
                "{name} is {} (pid {pid}, for {})",
                tree.state,
                humantime::format_duration(Duration::from_secs(seconds))
            );
            print_tree(&tree, 0);
            Ok(if tree.state == State::Ready { ExitCode::SUCCESS } else { NOT_READY.into() })
        }
    }
}

fn print_tree(status: &Status, depth: usize) {
    let name = status.path.rsplit('/').next().unwrap_or_default();
    let indent = "  ".repeat(depth + 1);
    let failure =
        status.failure.as_ref().map(|failure| format!(" ({failure})")).unwrap_or_default();
    println!("{indent}{name}: {}{failure}", status.state);
    for (what, value) in &status.reports {
        println!("{indent}  {what} = {value}");
    }
    for child in &status.children {
        print_tree(child, depth + 1);
    }
}

/// Prints the end of the log, by way of `tail`, which does this better than we would.
pub(super) fn log(instance: &Instance, follow: bool, lines: u32) -> Result<ExitCode, CommandError> {
    open_log(instance)?; // so that there is one
    let follow = if follow { Some("-F") } else { None };
    let error = Command::new("tail")
        .args(["-n", &lines.to_string()])
        .args(follow)
        .arg("--")
        .arg(instance.log())
        .stdin(Stdio::null())
        .exec();
    Err(CommandError::io("tail")(error))
}

fn ask_running(instance: &Instance, pid: u32, request: Request) -> Result<Response, CommandError> {
    ask(instance, request).map_err(|error| {
        let log = instance.log().display().to_string();
        CommandError::Background(format!(
            "pid {pid} does not answer ({error}); its log is {log}, and `kill -9 {pid}` ends it"
        ))
    })
}

fn not_running(instance: &Instance) -> CommandError {
    CommandError::Background(format!("not running; `{} start` starts it", instance.command))
}

/// Prints what the process answered; returns how many lines that were.
fn print_lines(answer: Response) -> Result<usize, CommandError> {
    match answer {
        Response::Done { lines } => {
            lines.iter().for_each(|line| println!("{line}"));
            Ok(lines.len())
        }
        Response::Failed { reason } => Err(CommandError::Background(reason)),
        Response::Status { .. } | Response::Options(_) => Err(another_answer()),
    }
}

fn another_answer() -> CommandError {
    CommandError::Background("the process gave an answer to another question".into())
}
