//! What the command line may say.

use super::control::Options;
use crate::settings::{
    Sources,
    sources::{CREDENTIALS, FILE_SUFFIX, absolute, environment, is_path, setting_name},
};
use clap::{
    ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind,
    parser::ValueSource,
};
use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    iter,
    path::PathBuf,
};

/// The parsed command line.
#[derive(Clone, Parser)]
#[command(disable_help_subcommand = true)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    /// The settings file [default: the program's name and .toml, in this folder, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "SERVICE_CONFIG")]
    config: Option<PathBuf>,

    /// A setting, which wins over the environment and the file; may be repeated
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,

    /// Where the pidfile, the log and the control socket of the background process are kept
    #[arg(long, global = true, value_name = "FOLDER", env = "SERVICE_STATE_DIR")]
    pub(super) state_dir: Option<PathBuf>,

    /// The settings file where none is named; it need not exist. `start` tells the background
    /// process, which may be restarted from another folder.
    #[arg(long, global = true, hide = true)]
    default_config: Option<PathBuf>,

    /// Settings from the environment.
    #[arg(skip = environment())]
    pub(super) environment: Vec<(OsString, OsString)>,
}

/// What is to be done.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Run in this terminal, until Ctrl-C (the default)
    Run,
    /// Start in the background; returns when the service is ready
    Start,
    /// Stop what runs in the background; returns when it has ended
    Stop,
    /// Stop, then start; with the earlier options and environment, of which those given now win
    Restart,
    /// Read the settings again; if they are faulty, nothing changes
    Reload,
    /// Tell what runs; exit code 0 if it is ready, 1 if it was killed, 3 if it is stopped
    Status,
    /// Print the end of the log
    Log {
        /// Go on printing as the log grows
        #[arg(short, long)]
        follow: bool,
        /// How many lines
        #[arg(short = 'n', long, default_value_t = 100)]
        lines: u32,
    },
    /// Print all settings as a file to edit, with their help and values
    Settings,
    /// What `start` runs
    #[command(hide = true)]
    Background,
}

impl CommandLine {
    /// Parses this process's arguments. Ends the process on `--help`, and on what is no command
    /// line of ours.
    pub(super) fn parse(name: &'static str, about: &'static str) -> Self {
        let mut command = Self::command_named(name, about);
        let matches = command.get_matches_mut();
        let mut line = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        if line.is_in_vain(&matches) {
            let what = "--set and --config are for run, start, restart and settings: what runs has its own; edit its settings file, or restart it with others";
            command.error(ErrorKind::ArgumentConflict, what).exit();
        }
        line.default_config.get_or_insert_with(|| PathBuf::from(format!("{name}.toml")));
        line
    }

    fn command_named(name: &'static str, about: &'static str) -> clap::Command {
        <Self as CommandFactory>::command().name(name).bin_name(name).about(about)
    }

    /// Whether there are settings that the command has no use for.
    fn is_in_vain(&self, matches: &ArgMatches) -> bool {
        let config_by_hand = matches.value_source("config") == Some(ValueSource::CommandLine);
        let takes_none = matches!(
            self.command(),
            Command::Stop | Command::Reload | Command::Status | Command::Log { .. }
        );
        takes_none && (config_by_hand || !self.set.is_empty())
    }

    /// These options and environment, and where they say nothing, the `earlier` ones.
    pub(super) fn or_earlier(mut self, earlier: Options) -> Self {
        let mut line = self.clone();
        line.set.clear();
        line.update_from(iter::once(OsString::new()).chain(earlier.arguments));
        line.environment = earlier.environment;
        // What has not changed in the environment is not given anew, and the folder of another
        // service's secrets is not ours.
        let has_credentials = line.environment.iter().any(|(name, _)| name == CREDENTIALS);
        self.environment.retain(|variable| {
            let is_others = has_credentials && variable.0 == CREDENTIALS;
            !is_others && !line.environment.contains(variable)
        });
        line.forget(&self.settings_given());
        line.set.append(&mut self.set);
        line.command = self.command;
        line.state_dir = self.state_dir;
        line.config = self.config.or(line.config);
        if earlier.file_was_read {
            // What a file has set that is gone would be gone without a word.
            line.config = line.config.or_else(|| line.default_config.clone());
        }
        line.environment.append(&mut self.environment);
        line
    }

    /// The settings that are given here, whichever way.
    fn settings_given(&self) -> BTreeSet<String> {
        let set = self.set.iter().map(|(name, _)| stem(name));
        let variables = self.environment.iter().map(|(variable, _)| variable_stem(variable));
        set.chain(variables).collect()
    }

    /// Forgets these settings, whichever way they are given.
    fn forget(&mut self, settings: &BTreeSet<String>) {
        self.set.retain(|(name, _)| !settings.contains(&stem(name)));
        self.environment.retain(|(variable, _)| !settings.contains(&variable_stem(variable)));
    }

    pub(super) fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Run)
    }

    /// The places that the settings come from.
    pub(super) fn sources(&self) -> Sources {
        let sources =
            Sources::default().variables(self.environment.clone()).command_line(self.set.clone());
        match self.config.as_ref().or(self.default_config.as_ref()) {
            Some(file) => sources.file(absolute(file), self.config.is_some()),
            None => sources,
        }
    }

    /// These options again, for a process that may run elsewhere.
    pub(super) fn to_arguments(&self) -> Vec<OsString> {
        let default = self.default_config.iter().map(|file| ("--default-config", file));
        let config = default.chain(self.config.iter().map(|file| ("--config", file)));
        let config = config.flat_map(|(option, file)| [option.into(), absolute(file)]);
        let set = self
            .set
            .iter()
            .flat_map(|(name, value)| ["--set".into(), format!("{name}={value}").into()]);
        config.chain(set).collect()
    }
}

/// The name of a setting, for whom a secret and the path of its file are the same.
fn stem(name: &str) -> String {
    name.strip_suffix(FILE_SUFFIX).unwrap_or(name).into()
}

/// The same of a variable; one that is no setting stands for itself.
fn variable_stem(variable: &OsStr) -> String {
    setting_name(variable)
        .map_or_else(|| variable.to_string_lossy().into_owned(), |name| stem(&name))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once('=').ok_or("expected name=value, such as rate_per_minute=600")?;
    let (name, value) = (name.trim(), value.trim());
    let value = match is_path(name) {
        true => {
            absolute(value).into_string().map_err(|_| "this folder's name is not UTF-8 text")?
        }
        false => value.into(),
    };
    Ok((name.into(), value))
}
