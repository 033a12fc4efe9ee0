//! The command line.

mod ledger;

use crate::app;
use crate::demo;
use crate::settings::{self, Loaded, SettingsError};
use clap::{Parser, Subcommand};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code when settings are wrong, as `sysexits.h` numbers it (`EX_CONFIG`).
const EXIT_CONFIG: u8 = 78;

/// One real-time server for a company's contact centre.
#[derive(Debug, Parser)]
#[command(name = "trunkline", version, about)]
struct Arguments {
    /// Settings file; without it config/local.toml is read when it exists.
    #[arg(long, global = true, value_name = "FILE", env = "TRUNKLINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Run the server (the default).
    Run,
    /// Check the settings, print the values in force and where each came from.
    CheckConfig,
    /// Bring the database up to date and exit.
    Migrate,
    /// Print the OpenAPI document of the REST interface.
    Openapi,
    /// The ledger of points.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Add live traffic to a running server: simulated callers and operators of the demo organisation.
    Demo(demo::Options),
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum LedgerCommand {
    /// Recount every balance, lot, hold and closing, follow the chain of hashes, and say what is wrong. Also beside a
    /// running server. Exit code 1 when anything is wrong.
    Verify,
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Some(Command::Openapi)) {
        return openapi();
    }
    let loaded = match settings::load(arguments.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => return refuse(&error),
    };
    match arguments.command.unwrap_or(Command::Run) {
        Command::CheckConfig => {
            print!("{}", settings::show::effective(&loaded));
            ExitCode::SUCCESS
        }
        Command::Run => in_system(&loaded, crate::run::run),
        Command::Migrate => in_system(&loaded, app::migrate),
        Command::Openapi => openapi(),
        Command::Ledger(LedgerCommand::Verify) => in_system(&loaded, ledger::verify),
        Command::Demo(options) => simulate(&loaded, options),
    }
}

/// Lets simulated people call and work until Ctrl-C.
fn simulate(loaded: &Loaded, options: demo::Options) -> ExitCode {
    let settings = &loaded.settings;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(demo::run(options, &settings.demo.dir, &settings.server.sounds_dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Starts logs and the runtime, and does `work` in it.
fn in_system<'a, F>(
    loaded: &'a Loaded,
    work: impl FnOnce(&'a Loaded, platform::telemetry::Levels) -> F,
) -> ExitCode
where
    F: Future<Output = Result<(), app::RunError>>,
{
    if let Err(error) = app::make_data_dir(&loaded.settings.server.data_dir) {
        return fail(&error);
    }
    let telemetry = match platform::telemetry::init(&loaded.settings.telemetry()) {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    // The runtime outlives the system; the factory is called once.
    let mut runtime = Some(runtime);
    let system = actix_rt::System::with_tokio_rt(move || match runtime.take() {
        Some(runtime) => runtime,
        None => std::process::abort(),
    });
    match system.block_on(work(loaded, telemetry.levels())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn openapi() -> ExitCode {
    match crate::http::openapi().to_pretty_json() {
        Ok(document) => {
            println!("{document}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn refuse(error: &SettingsError) -> ExitCode {
    eprintln!("trunkline: {}", with_causes(error));
    ExitCode::from(EXIT_CONFIG)
}

fn fail(error: &dyn Error) -> ExitCode {
    eprintln!("trunkline: {}", with_causes(error));
    ExitCode::FAILURE
}

/// The error and what caused it, in one line.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
