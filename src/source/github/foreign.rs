//! Whose artifacts: may this run attest for what another run has built?
//!
//! GitHub's digest proves the transport, not who uploaded. So the artifacts of
//! another run are accepted only if that run can be looked up, and is of the
//! same repository, of a head in that repository, of the same commit, concluded
//! with success, and not started by a pull request, which anyone can open.
//! Under `pull_request_target`, and under a `workflow_run` that a pull request
//! started, nothing is accepted: such a run has the repository's rights and may
//! have built a stranger's code.

use super::request::{RunRequest, ThisRun, Trigger};
use super::rest::{Rest, RunDetails};
use crate::artifact::ArtifactName;
use crate::artifact::Repository;
use crate::rule::Rule;
use crate::rule::finding::{Finding, Place};
use crate::settings::ForeignRun;
use crate::source::SourceError;

/// What becomes of artifacts that this run may not attest for.
pub(super) enum Verdict {
    /// They stop the release.
    Refused(Finding),
    /// They are prepared without subjects, and why.
    Unattested(String),
}

/// Whether an event is one of a pull request, which anyone can open:
/// `pull_request`, `pull_request_target`, `pull_request_review` and the like.
fn is_of_a_pull_request(event: &str) -> bool {
    event.starts_with("pull_request")
}

/// Judges the run that the artifacts come from. None if this run may attest for
/// them.
///
/// # Errors
/// If the run cannot be looked up and has to be.
pub(super) async fn judge(request: &RunRequest, rest: &Rest) -> Result<Option<Verdict>, SourceError> {
    let mut reasons: Vec<String> = request.this_run.as_ref().and_then(objection).into_iter().collect();
    if request.is_this_run() {
        return Ok(verdict(request, &reasons, "this run's artifacts"));
    }
    let what = format!("run {} of {}", request.run_id, request.repository);
    match rest.run().await {
        Ok(run) => reasons.extend(objections(request, &run)),
        Err(error) if request.foreign_run == ForeignRun::Unattested && error.answered().is_some() => {
            reasons.push(format!("it cannot be looked up, {error}"));
        }
        Err(error) => return Err(error.fault(format!("{what} cannot be looked up"))),
    }
    Ok(verdict(request, &reasons, &what))
}

/// What speaks against accepting anything in the run that the program is part
/// of.
fn objection(this: &ThisRun) -> Option<String> {
    match &this.trigger {
        Trigger::Event(event) if event == "pull_request_target" => {
            Some("this run was started by `pull_request_target`".to_owned())
        }
        Trigger::WorkflowRun(Some(event)) if is_of_a_pull_request(event) => {
            Some(format!("this run was started by `workflow_run`, after a run started by `{event}`"))
        }
        Trigger::WorkflowRun(None) => Some(
            "this run was started by `workflow_run`, and the payload in GITHUB_EVENT_PATH does not say what started the run before it"
                .to_owned(),
        ),
        Trigger::Event(_) | Trigger::WorkflowRun(Some(_)) | Trigger::Unknown => None,
    }
}

fn verdict(request: &RunRequest, reasons: &[String], what: &str) -> Option<Verdict> {
    if reasons.is_empty() {
        return None;
    }
    let reasons = reasons.join("; ");
    Some(match request.foreign_run {
        ForeignRun::Unattested => {
            Verdict::Unattested(format!("{what}: prepared without subjects, because {reasons}"))
        }
        ForeignRun::Refuse => Verdict::Refused(
            Rule::ForeignRun
                .at(None)
                .found(format!("{what}: {reasons}"))
                .expected(
                    "a run of this repository and commit that succeeded and that no pull request started",
                )
                .input("foreign-run", "unattested"),
        ),
    })
}

/// What speaks against the run that the artifacts come from.
pub(super) fn objections(request: &RunRequest, run: &RunDetails) -> Vec<String> {
    let mut objections = Vec::new();
    let is = |full_name: &str, other: &Repository| {
        full_name.parse::<Repository>().is_ok_and(|repository| repository.is(other))
    };
    // The repository as it is called today, if it was renamed.
    let own = request.this_run.as_ref().map_or(&request.repository, |this| &this.repository);
    if !is(&run.repository.full_name, own) {
        objections.push(format!("it belongs to `{}`, not to `{own}`", run.repository.full_name));
    }
    match &run.head_repository {
        Some(head) if head.full_name.eq_ignore_ascii_case(&run.repository.full_name) => {}
        Some(head) => objections.push(format!("its commit comes from the fork `{}`", head.full_name)),
        None => objections.push("its commit comes from a repository that is gone".to_owned()),
    }
    if let Some(this) = request.this_run.as_ref().filter(|this| this.sha.as_ref() != Some(&run.head_sha)) {
        let own = this.sha.as_deref().unwrap_or("unknown");
        objections.push(format!("it built the commit `{}`, this run is of `{own}`", run.head_sha));
    }
    if run.conclusion.as_deref() != Some("success") {
        let state = run.conclusion.as_deref().or(run.status.as_deref()).unwrap_or("unknown");
        objections.push(format!("it has not succeeded (`{state}`)"));
    }
    if is_of_a_pull_request(&run.event) {
        objections.push(format!("it was started by `{}`", run.event));
    }
    objections
}

/// Judges an artifact by its name: one that ends in the id of another run was
/// not uploaded by this one.
pub(super) fn named(name: &ArtifactName, request: &RunRequest) -> Option<Verdict> {
    let other = name.run_id().filter(|id| *id != request.run_id.0)?;
    Some(match request.foreign_run {
        ForeignRun::Unattested => Verdict::Unattested(format!(
            "`{name}`: prepared without subjects, because the name ends in the id of run {other}, not of run {}",
            request.run_id
        )),
        ForeignRun::Refuse => Verdict::Refused(
            Rule::ForeignRun
                .at(Place::artifact(name.clone()))
                .found(format!("the name ends in the id of run {other}"))
                .expected(format!("the id of run {}, or none", request.run_id))
                .remedy("Name the artifact after the run that uploads it, `${{ github.run_id }}`."),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::request::ThisRun;
    use super::super::rest::RunRepository;
    use super::super::tests::request;
    use super::*;
    use crate::artifact::RunId;

    fn run() -> RunDetails {
        let repository = RunRepository { full_name: "O/R".into() };
        RunDetails {
            head_sha: "f".repeat(40),
            event: "push".into(),
            status: Some("completed".into()),
            conclusion: Some("success".into()),
            head_repository: Some(repository.clone()),
            repository,
        }
    }

    fn asked() -> RunRequest {
        let this = ThisRun {
            repository: "o/r".parse().unwrap(),
            run_id: RunId(1),
            sha: Some("f".repeat(40)),
            trigger: Trigger::Event("push".into()),
        };
        RunRequest { this_run: Some(this), ..request() }
    }

    #[test]
    fn what_speaks_against_a_run() {
        assert_eq!(objections(&asked(), &run()), [""; 0]);
        let against = |change: fn(&mut RunDetails)| {
            let mut run = run();
            change(&mut run);
            objections(&asked(), &run).join("; ")
        };
        let fork =
            |run: &mut RunDetails| run.head_repository = Some(RunRepository { full_name: "evil/r".into() });
        assert_eq!(against(fork), "its commit comes from the fork `evil/r`");
        assert_eq!(
            against(|run| run.head_repository = None),
            "its commit comes from a repository that is gone"
        );
        assert_eq!(
            against(|run| run.conclusion = Some("failure".into())),
            "it has not succeeded (`failure`)"
        );
        assert_eq!(
            against(|run| (run.status, run.conclusion) = (Some("in_progress".into()), None)),
            "it has not succeeded (`in_progress`)"
        );
        assert_eq!(against(|run| run.event = "pull_request".into()), "it was started by `pull_request`");
        assert!(!against(|run| run.event = "pull_request_review".into()).is_empty());
        assert!(against(|run| run.head_sha = "a".repeat(40)).starts_with("it built the commit `aaa"));
        assert_eq!(
            against(|run| run.repository.full_name = "x/y".into()),
            "it belongs to `x/y`, not to `o/r`; its commit comes from the fork `O/R`"
        );
    }

    #[test]
    fn off_a_runner_no_commit_is_compared() {
        let mut run = run();
        run.head_sha = "a".repeat(40);
        assert_eq!(objections(&request(), &run), [""; 0]);
        run.event = "pull_request_target".into();
        assert_eq!(objections(&request(), &run), ["it was started by `pull_request_target`"]);
    }

    #[test]
    fn names_of_other_runs() {
        let name = |text: &str| text.parse::<ArtifactName>().unwrap();
        let mut asked = asked();
        asked.run_id = RunId(11_223_344_556);
        assert!(named(&name("wheels-linux-11223344556"), &asked).is_none());
        for dated in ["wheels-20261124", "nightly-20261128014259", "build-1764294179", "x-1764294179000"] {
            assert!(named(&name(dated), &asked).is_none(), "{dated}");
        }
        assert!(matches!(named(&name("wheels-linux-11223344557"), &asked), Some(Verdict::Refused(_))));
        asked.foreign_run = ForeignRun::Unattested;
        assert!(matches!(named(&name("wheels-linux-11223344557"), &asked), Some(Verdict::Unattested(_))));
    }
}
