//! The edge: parse, run, exit code.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use release_prep::action::environment::{self, is_runner};
use release_prep::action::output::StepFiles;
use release_prep::action::printer::Printer;
use release_prep::action::{command, conclusion, signal};
use release_prep::cli::{self, Cli};
use release_prep::notice::Notices;
use release_prep::pipeline;
use release_prep::request::Request;
use release_prep::staging::Cancellation;

fn main() -> ExitCode {
    environment::forbid_core_dumps();
    let printer = Printer::new(is_runner());
    std::panic::set_hook(Box::new(move |panic| {
        printer.error(&format!("release-prep: a fault of its own: {panic}"));
    }));
    let cancellation = Arc::new(Cancellation::default());
    let code = std::panic::catch_unwind(|| run(printer, &cancellation)).unwrap_or(Ok(conclusion::FAULT));
    signal::give_way_to_cancellation(&cancellation);
    ExitCode::from(code.unwrap_or_else(|error| {
        printer.error(&format!("error: {error:#}"));
        command::error(printer, &format!("{error:#}"));
        conclusion::FAULT
    }))
}

fn run(printer: Printer, cancellation: &Arc<Cancellation>) -> anyhow::Result<u8> {
    let typed: Vec<_> = std::env::args_os().collect();
    let arguments = match typed.len() {
        1 if is_runner() => cli::arguments_from_inputs(environment::input),
        _ => Ok(typed),
    };
    let cli = match arguments.and_then(Cli::try_parse_from) {
        Ok(cli) => cli,
        Err(usage) if usage.use_stderr() => {
            printer.error(&usage.to_string());
            command::error(printer, &usage.to_string());
            return Ok(conclusion::INPUT);
        }
        Err(help) => {
            printer.out(&help.to_string());
            return Ok(0);
        }
    };
    let mut files: StepFiles = environment::step_files()?;
    let surroundings = environment::enter(cli.github_token_file())?;
    environment::become_owner_of(&surroundings.workspace)?;
    signal::cancel_on_signals(printer, Arc::clone(cancellation))?;
    let notices: Arc<dyn Notices> = Arc::new(printer);
    match Request::new(cli, &surroundings) {
        Ok(Request::Prepare(request)) => {
            let outcome = pipeline::prepare(&request, cancellation, &notices);
            signal::give_way_to_cancellation(cancellation);
            Ok(conclusion::prepared(printer, &mut files, &request, outcome)?)
        }
        Ok(Request::Verify(request)) => {
            Ok(conclusion::verified(printer, &mut files, &request, pipeline::verify(&request))?)
        }
        Ok(Request::Explain(rule)) => Ok(conclusion::explained(printer, rule)),
        Err(error) => {
            printer.error(&format!("error: {error}"));
            command::error(printer, &error.to_string());
            Ok(conclusion::INPUT)
        }
    }
}
