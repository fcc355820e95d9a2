//! The edge: parse, run, exit code.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use release_prep::edge::{
    self, Cancellation, Cli, FAULT, INPUT, Printer, Reporter, Request, StepFiles, annotate_error, is_runner,
};

fn main() -> ExitCode {
    edge::forbid_core_dumps();
    let printer = Printer::new(is_runner());
    std::panic::set_hook(Box::new(move |panic| {
        printer.error(&format!("internal error: {panic}; please report this"));
    }));
    let cancellation = Arc::new(Cancellation::default());
    let code = std::panic::catch_unwind(|| run(printer, &cancellation)).unwrap_or(Ok(FAULT));
    edge::park_if_cancelled(&cancellation);
    ExitCode::from(code.unwrap_or_else(|error| {
        printer.error(&format!("error: {error:#}"));
        annotate_error(printer, &format!("{error:#}"));
        FAULT
    }))
}

fn run(printer: Printer, cancellation: &Arc<Cancellation>) -> anyhow::Result<u8> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match arguments.len() {
        1 if is_runner() => Cli::read_inputs(edge::input),
        _ => Cli::read(arguments),
    };
    let cli = match cli {
        Ok(cli) => cli,
        Err(usage) if usage.is_help() => {
            printer.out(&usage.text());
            return Ok(0);
        }
        Err(usage) if is_runner() => {
            return Ok(edge::refused_input(printer, &mut edge::step_files()?, usage.message())?);
        }
        Err(usage) => {
            printer.error(&usage.text());
            return Ok(INPUT);
        }
    };
    let printer = edge::colored(printer, &cli);
    let mut files: StepFiles = edge::step_files()?;
    let environment = edge::enter(cli.github_token_file())?;
    edge::become_owner_of(&environment.workspace)?;
    edge::cancel_on_signals(printer, Arc::clone(cancellation)).context(
        "no thread could be started to wait for signals; raise the limit on processes and threads \
         (`--pids-limit` of a container, `ulimit -u`)",
    )?;
    edge::watch(printer, &cli);
    let reporter: Arc<dyn Reporter> = Arc::new(printer);
    match Request::new(cli, &environment) {
        Ok(Request::Prepare(request)) => {
            let outcome = edge::prepare(&request, cancellation, &reporter);
            edge::park_if_cancelled(cancellation);
            Ok(edge::prepared(printer, &mut files, &request, outcome)?)
        }
        Ok(Request::Inspect(request)) => {
            let inspection = edge::inspect(&request, cancellation, &reporter);
            edge::park_if_cancelled(cancellation);
            Ok(edge::inspected(printer, &mut files, &request, inspection)?)
        }
        Ok(Request::Init(request)) => {
            let inspection = edge::inspect(&request.prepare, cancellation, &reporter);
            edge::park_if_cancelled(cancellation);
            Ok(edge::initialized(printer, &mut files, &request, inspection)?)
        }
        Ok(Request::Verify(request)) => {
            Ok(edge::verified(printer, &mut files, &request, edge::verify(&request))?)
        }
        Ok(Request::Explain(rule)) => Ok(edge::explained(printer, rule)),
        Err(error) => Ok(edge::refused_input(printer, &mut files, &error.to_string())?),
    }
}
