//! Runs a service in this process, until a signal or a command stops it.

use super::{
    CommandError, Program,
    control::{Asked, Listener, Options, Request, Response},
    instance::Instance,
    report::Report,
    signals::{SignalAction, Signals},
};
use crate::{Error, Lifecycle, logging::Logging, settings::sources::environment};
use std::{
    pin::pin,
    process::{ExitCode, exit},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, info, warn};

/// The exit code of a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// How long the last answers may take to be read, when the service has stopped.
const LAST_ANSWERS_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs the program here. With an instance, it is the background process of that instance.
pub(super) fn run(program: Program, instance: Option<Instance>) -> Result<ExitCode, CommandError> {
    let runtime = tokio::runtime::Runtime::new().map_err(CommandError::io("tokio's runtime"))?;
    let log = program.start_log();
    raise_open_files();
    let result = runtime.block_on(async {
        match instance {
            None => Runner::new(program, log)?.run(None).await,
            Some(instance) => in_background(program, log, instance).await,
        }
    });
    // Work that would not end has been named, and is left behind.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result.map(|()| ExitCode::SUCCESS)
}

async fn in_background(
    program: Program,
    log: Logging,
    instance: Instance,
) -> Result<(), CommandError> {
    let (name, report) = (instance.name, Report::to_parent());
    let result = async {
        let lock = instance.lock()?;
        if let Some(pid) = lock.stale {
            warn!("the process before this one (pid {pid}) was killed; its pidfile was stale");
        }
        let (asked, mut requests) = mpsc::channel(8);
        let socket = instance.socket().display().to_string();
        let listener = Listener::bind(instance).map_err(CommandError::io(socket))?;
        let clients = listener.clients.clone();
        let control = tokio::spawn(listener.serve(asked));
        let mut runner = Runner::new(program, log)?;
        runner.on_ready = Some(report.clone());
        let result = runner.run(Some(&mut requests)).await;
        drop(lock); // first of all, for those who get no answer now look who is here
        control.abort();
        let _ = control.await; // the socket is gone when this returns
        drop(requests);
        clients.close();
        let _ = tokio::time::timeout(LAST_ANSWERS_TIMEOUT, clients.wait()).await;
        result
    }
    .await;
    if let Err(problem) = &result {
        error!("{problem}");
        report.failed(&problem.in_words(name));
    }
    result
}

/// A service, and those who may want something of it.
struct Runner {
    lifecycle: Lifecycle,
    program: Program,
    log: Logging,
    signals: Signals,
    started: Instant,
    on_ready: Option<Report>,
}

impl Runner {
    fn new(program: Program, log: Logging) -> Result<Self, CommandError> {
        let signals = Signals::listen().map_err(CommandError::io("signals"))?;
        let lifecycle = Lifecycle::new(program.service.clone());
        Ok(Runner { lifecycle, program, log, signals, started: Instant::now(), on_ready: None })
    }

    /// Starts the service, does what is asked of it, and returns when it has stopped.
    async fn run(mut self, mut requests: Requests<'_>) -> Result<(), CommandError> {
        let lifecycle = self.lifecycle.clone();
        match self.during(lifecycle.start(), &mut requests).await {
            During::Done(started) => started?,
            During::Stop(answer) => return self.stop(answer, requests).await,
        }
        self.on_ready.iter().for_each(Report::ready);
        let mut down = pin!(lifecycle.any_down());
        loop {
            tokio::select! {
                action = self.signals.next() => match action {
                    SignalAction::Stop => return self.stop(None, requests).await,
                    SignalAction::Reload => drop(self.reload().await),
                },
                Some((request, answer)) = next(&mut requests) => match request {
                    Request::Stop => return self.stop(Some(answer), requests).await,
                    Request::Reload => tell(answer, self.reload().await),
                    Request::Status => tell(answer, Ok(self.status())),
                    Request::Options => tell(answer, Ok(self.options())),
                },
                () = &mut down => return self.stopped_by_itself(requests).await,
            }
        }
    }

    /// Waits for a start or a stop, and answers meanwhile; ends early when a stop is asked for.
    async fn during(
        &mut self,
        transition: impl Future<Output = Result<(), Error>>,
        requests: &mut Requests<'_>,
    ) -> During {
        let mut transition = pin!(transition);
        loop {
            tokio::select! {
                biased;
                result = &mut transition => return During::Done(result),
                () = self.signals.stop() => return During::Stop(None),
                Some((request, answer)) = next(requests) => match request {
                    Request::Stop => return During::Stop(Some(answer)),
                    Request::Reload => tell(answer, Err(self.not_ready())),
                    Request::Status => tell(answer, Ok(self.status())),
                    Request::Options => tell(answer, Ok(self.options())),
                },
            }
        }
    }

    /// Stops the tree, and tells all who asked for it. A second signal ends the process at once.
    async fn stop(
        &mut self,
        asked: Responder,
        mut requests: Requests<'_>,
    ) -> Result<(), CommandError> {
        let lifecycle = self.lifecycle.clone();
        let mut answers: Vec<_> = asked.into_iter().collect();
        let mut stop = pin!(lifecycle.stop());
        let result = loop {
            match self.during(&mut stop, &mut requests).await {
                During::Done(result) => break result,
                During::Stop(Some(another)) => answers.push(another),
                During::Stop(None) => {
                    warn!(service = %lifecycle.path(), "told to stop twice: ending at once");
                    exit(INTERRUPTED)
                }
            }
        };
        for answer in answers {
            let told = result.as_ref().map(|()| Response::Done { lines: Vec::new() });
            tell(answer, told.map_err(ToString::to_string));
        }
        Ok(result?)
    }

    /// A part of the tree has stopped for good. A program that lacks a part is of no use, and
    /// whoever watches over it can see that it ends: so the rest is stopped, too.
    async fn stopped_by_itself(&mut self, requests: Requests<'_>) -> Result<(), CommandError> {
        let stopped = self.stop(None, requests).await;
        self.lifecycle.first_failure().map_or(stopped, |failure| Err(failure.into()))
    }

    fn not_ready(&self) -> String {
        format!("{} is {}, not ready; try again", self.lifecycle.path(), self.lifecycle.state())
    }

    async fn reload(&self) -> Result<Response, String> {
        let path = self.lifecycle.path();
        let changes = self.program.settings.reload().map_err(|error| {
            error!(service = %path, "not reloaded, nothing has changed: {error}");
            error.to_string()
        })?;
        self.log.set_level(self.program.log_level.get());
        let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
        info!(service = %path, "reloaded: {}", if lines.is_empty() { "nothing has changed".into() } else { lines.join(", ") });
        self.lifecycle.reload().await.map_err(|error| {
            error!(service = %path, "{error}");
            error.to_string()
        })?;
        Ok(Response::Done { lines })
    }

    fn status(&self) -> Response {
        Response::Status {
            tree: self.lifecycle.status(),
            seconds: self.started.elapsed().as_secs(),
        }
    }

    fn options(&self) -> Response {
        Response::Options(Options {
            arguments: std::env::args_os().skip(2).collect(), // without the program and `background`
            environment: environment(),
            file_was_read: self.program.settings.file_was_read(),
        })
    }
}

/// Where requests come from, for a program that has a control socket.
type Requests<'a> = Option<&'a mut mpsc::Receiver<Asked>>;

/// Where the answer goes, if the wish came by the control socket and not by a signal.
type Responder = Option<oneshot::Sender<Response>>;

/// How waiting for a transition ended.
enum During {
    Done(Result<(), Error>),
    Stop(Responder),
}

/// The next request; never, for a program that has no control socket.
async fn next(requests: &mut Requests<'_>) -> Option<Asked> {
    match requests {
        Some(requests) => requests.recv().await,
        None => std::future::pending().await,
    }
}

fn tell(answer: oneshot::Sender<Response>, result: Result<Response, String>) {
    // Whoever asked may have gone.
    let _ = answer.send(result.unwrap_or_else(|reason| Response::Failed { reason }));
}

/// Lets this process have as many open files as the system allows: a connection is one.
fn raise_open_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!("the limit of open files stays as it is: {error}");
    }
}
