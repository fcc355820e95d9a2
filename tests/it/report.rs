//! The report: its renderings agree, hostile text is harmless in all of them,
//! and all messages can be read in one place.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use release_prep::testing::{Rule, escaped_line, short_digests};
use serde_json::{Value, json};

use crate::fixture::{elf, npm};
use crate::harness::{Run, Workspace};
use crate::wheelwright::Wheelwright;

/// What runs of a thread said.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The rules of findings that all renderings agree on.
    pub(crate) agreed: BTreeSet<Rule>,
    examples: BTreeMap<Rule, String>,
    failures: BTreeSet<String>,
}

impl Recorded {
    /// A finding of each rule, in the order of the rules.
    pub(crate) fn examples(&self) -> String {
        let blocks: Vec<&str> =
            Rule::ALL.iter().filter_map(|rule| self.examples.get(rule)).map(String::as_str).collect();
        blocks.join("\n\n") + "\n"
    }

    /// Every message of a run that came to no answer, sorted.
    fn failures(&self) -> String {
        // Two artifacts are downloaded at once, and either may fail first.
        let named = self.failures.iter().map(|text| text.replace("artifact `notes`", "artifact `logs`"));
        named.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n\n") + "\n"
    }
}

thread_local! {
    /// What this thread's runs said, while it is recorded.
    static RECORDED: RefCell<Option<Recorded>> = const { RefCell::new(None) };
}

/// What runs say meanwhile.
pub(crate) fn recording(runs: impl FnOnce()) -> Recorded {
    RECORDED.with_borrow_mut(|recorded| *recorded = Some(Recorded::default()));
    runs();
    RECORDED.with_borrow_mut(Option::take).unwrap()
}

/// Whether it is recorded what this thread's runs say.
pub(crate) fn is_recording() -> bool {
    RECORDED.with_borrow(Option::is_some)
}

/// Records what a run said.
pub(crate) fn record(run: &Run) {
    RECORDED.with_borrow_mut(|recorded| {
        let Some(recorded) = recorded else { return };
        let causes = run.report.iter().flat_map(|report| report["causes"].as_array().unwrap());
        for (cause, found) in causes
            .flat_map(|cause| cause["findings"].as_array().unwrap().iter().map(move |found| (cause, found)))
        {
            let Some(rule) = Rule::of(text(&cause["rule"])) else { continue };
            let example = example(cause, found);
            let shown = recorded.examples.entry(rule).or_insert_with(|| example.clone());
            // The one that is read in the shortest time.
            let key = |text: &str| (text.contains("\\u"), text.len(), text.to_owned());
            if key(&example) < key(shown) {
                *shown = example;
            }
        }
        if matches!(run.code, Some(2 | 3)) {
            let lines: Vec<&str> = run
                .err
                .lines()
                .skip_while(|line| !line.starts_with("error: "))
                .take_while(|line| line.starts_with("error: ") || line.starts_with("  "))
                .collect();
            if !lines.is_empty() {
                recorded.failures.insert(format!("{}  {}", run.code.unwrap(), lines.join("\n")));
            }
        }
    });
}

/// A finding as a terminal shows it.
fn example(cause: &Value, found: &Value) -> String {
    let short = |text: &str| escaped_line(&short_digests(text)).into_owned();
    let place = [text(&found["artifact"]), text(&found["file"])];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let lead = format!("{}[{}]:", text(&cause["severity"]), text(&cause["rule"]));
    let mut lines = wrapped(&lead, lead.len() + 1, &short(text(&found["found"])));
    if !place.is_empty() {
        lines.extend(wrapped("        -->", 13, &short(&place)));
    }
    lines.extend(wrapped("   expected", 13, &short(text(&found["expected"]))));
    lines.extend(wrapped("       help", 13, text(&cause["help"])));
    // That of many findings would be of other files too.
    let value = text(&cause["paste"]["value"]);
    if !value.is_empty() && (!value.contains('\n') || cause["findings"].as_array().unwrap().len() == 1) {
        let input = text(&cause["paste"]["input"]);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/+ ".contains(c);
        let mut values = value.lines();
        match (values.next(), values.next()) {
            (Some(one), None) if one.chars().all(is_plain) => {
                lines.push(format!("        use  {input}: {one}"));
            }
            (Some(one), None) => lines.push(format!("        use  {input}: '{one}'")),
            _ => {
                lines.push(format!("        use  {input}: |"));
                lines.extend(value.lines().map(|line| format!("               {line}")));
            }
        }
    }
    lines.join("\n")
}

/// Words in lines of at most 120 columns behind a lead.
fn wrapped(lead: &str, indent: usize, text: &str) -> Vec<String> {
    let mut lines = vec![format!("{lead:indent$}")];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.chars().count() > indent && line.chars().count() + 1 + word.chars().count() > 120 {
            lines.push(format!("{:indent$}{word}", ""));
        } else {
            if line.chars().count() > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// Asserts that a file is what it should be; `UPDATE_DOCS=1` writes it.
#[track_caller]
pub(crate) fn assert_written(path: &str, meant: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, meant).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == meant, "{} is out of date: run the tests with UPDATE_DOCS=1, twice", path.display());
}

/// The blocks of causes in a log, each with its rule.
fn blocks(log: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut is_inside = false;
    for line in log.lines() {
        let rule = ["error[", "warning["].iter().find_map(|start| line.strip_prefix(start));
        let rule = rule.and_then(|rest| rest.split_once("]: ")).map(|(rule, _)| rule.to_owned());
        let belongs = ["   expected  ", "       help  ", "        use  ", "        -->  ", "         "];
        if let Some(rule) = rule {
            blocks.push((rule, line.to_owned()));
            is_inside = true;
        } else if is_inside && belongs.iter().any(|start| line.starts_with(start)) {
            let (_, block) = blocks.last_mut().unwrap();
            block.push('\n');
            block.push_str(line);
        } else {
            is_inside = false;
        }
    }
    blocks
}

/// Text without white space and grave accents, which renderings set and break
/// in their own ways.
fn letters(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace() && *character != '`').collect()
}

/// The text that a browser shows of a summary, as [`letters`].
fn shown(summary: &str) -> String {
    let mut text = summary.to_owned();
    for tag in ["<code>", "</code>", "<wbr>", "<br>", "<sub>", "</sub>", "<sup>", "</sup>"] {
        text = text.replace(tag, "");
    }
    let mut decoded = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("&#") {
        decoded.push_str(before);
        if let Some((number, behind)) =
            after.split_once(';').and_then(|(number, rest)| Some((number.parse().ok()?, rest)))
        {
            decoded.extend(char::from_u32(number));
            rest = behind;
        } else {
            decoded.push_str("&#");
            rest = after;
        }
    }
    letters(&(decoded + rest))
}

/// The beginning of a text as it is shown to people, as [`letters`].
fn beginning(text: &str, characters: usize) -> String {
    let short = short_digests(text);
    letters(&escaped_line(&short.chars().take(characters).collect::<String>()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Asserts that the text, the summary and the annotations of a step say what its
/// report does.
#[track_caller]
pub(crate) fn assert_agreement(run: &Run) {
    let Some(report) = run.report.as_ref().filter(|report| report["verdict"] != "failed") else { return };
    let causes: Vec<&Value> = report["causes"].as_array().unwrap().iter().collect();
    let findings: usize = causes.iter().map(|cause| cause["findings"].as_array().unwrap().len()).sum();
    let counts = &report["counts"];
    assert_eq!(counts["errors"].as_u64().unwrap() + counts["warnings"].as_u64().unwrap(), findings as u64);
    assert_eq!(counts["causes"].as_u64().unwrap(), causes.len() as u64);
    if run.out.trim_start().starts_with('{') || run.out.contains("\n{\n") {
        return;
    }
    text_agrees(run, report, &causes);
    if !run.summary.is_empty() {
        summary_agrees(run, &causes, findings);
    }
    annotations_agree(run, &causes);
    RECORDED.with_borrow_mut(|recorded| {
        let rules = causes.iter().filter_map(|cause| Rule::of(text(&cause["rule"])));
        for recorded in recorded.iter_mut() {
            recorded.agreed.extend(rules.clone());
        }
    });
}

#[track_caller]
fn text_agrees(run: &Run, report: &Value, causes: &[&Value]) {
    let log = run.log();
    assert!(letters(&log).ends_with(&letters(&escaped_line(text(&report["conclusion"])))), "{log}");
    let blocks = blocks(&log);
    let said: Vec<&str> = blocks.iter().map(|(rule, _)| rule.as_str()).collect();
    let meant: Vec<&str> = causes.iter().map(|cause| text(&cause["rule"])).collect();
    assert_eq!(said, meant, "{log}");
    for ((_, block), cause) in blocks.iter().zip(causes) {
        assert!(block.starts_with(&format!("{}[", text(&cause["severity"]))), "{block}");
        let said = letters(block);
        let mut parts = vec![beginning(text(&cause["title"]), 600)];
        if block.contains("\n   expected  ") || cause["severity"] == "error" {
            parts.push(beginning(text(&cause["expected"]), 200));
            parts.push(letters(&escaped_line(text(&cause["help"]))));
            parts.extend(text(&cause["paste"]["value"]).lines().map(|line| letters(&escaped_line(line))));
        }
        for part in parts {
            // A value may be quoted.
            let part = part.replace('\'', "");
            assert!(said.replace('\'', "").contains(&part), "{block}\nlacks {part}");
        }
        let artifacts: BTreeSet<&str> =
            cause["findings"].as_array().unwrap().iter().map(|found| text(&found["artifact"])).collect();
        if artifacts.len() <= 3 && block.contains("\n   expected  ") {
            for artifact in artifacts {
                assert!(said.contains(&letters(&escaped_line(artifact))), "{block}\nlacks {artifact}");
            }
        }
    }
}

#[track_caller]
fn summary_agrees(run: &Run, causes: &[&Value], findings: usize) {
    let summary = &run.summary;
    let said = shown(summary);
    let is_cut = summary.contains("\nand ");
    let mut rest = said.as_str();
    for cause in causes {
        let title = format!("**{}.{}", cause["id"], beginning(text(&cause["title"]), 300));
        let at = rest.find(&title);
        assert!(at.is_some() || is_cut, "the summary lacks {title}\n{summary}");
        rest = &rest[at.unwrap_or(0)..];
        for part in ["rule", "help"] {
            let part = letters(&escaped_line(text(&cause[part])));
            assert!(is_cut || rest.contains(&part), "the summary lacks {part}\n{summary}");
        }
        for line in text(&cause["paste"]["value"]).lines() {
            let line = letters(&escaped_line(line)).replace('\'', "");
            assert!(is_cut || rest.replace('\'', "").contains(&line), "the summary lacks {line}\n{summary}");
        }
    }
    if findings > 0 {
        assert!(said.contains(&format!("Everyfindinginfull({findings})")), "{summary}");
    }
    for found in causes.iter().flat_map(|cause| cause["findings"].as_array().unwrap()) {
        for part in ["artifact", "file", "found", "expected"] {
            let part = letters(&escaped_line(text(&found[part])));
            assert!(is_cut || said.contains(&part), "the summary lacks {part}\n{summary}");
        }
    }
}

#[track_caller]
fn annotations_agree(run: &Run, causes: &[&Value]) {
    for severity in ["error", "warning"] {
        let causes: Vec<&&Value> = causes.iter().filter(|cause| cause["severity"] == severity).collect();
        let annotations = run.annotations(severity);
        let (shown, rest) = causes.split_at(causes.len().min(9));
        assert_eq!(annotations.len(), shown.len() + usize::from(!rest.is_empty()), "{}", run.log());
        for (annotation, cause) in annotations.iter().zip(shown) {
            let start = format!("::{severity} title={}::", text(&cause["rule"]));
            assert!(annotation.starts_with(&start), "{annotation}");
            let said = annotation.replace("%0A", "").replace("%0D", "").replace("%25", "%");
            // A long one is cut.
            if said.chars().count() < 3900 {
                for part in ["title", "expected", "help"] {
                    let part = letters(&escaped_line(text(&cause[part])));
                    assert!(letters(&said).contains(&part), "{annotation}\nlacks {part}");
                }
            }
        }
        let Some(last) = annotations.last().filter(|_| !rest.is_empty()) else { continue };
        let findings: usize = rest.iter().map(|cause| cause["findings"].as_array().unwrap().len()).sum();
        let start =
            if rest.len() == 1 { "1 more cause".to_owned() } else { format!("{} more causes", rest.len()) };
        assert!(last.contains(&start) && last.contains(&format!("({findings} finding")), "{last}");
        for cause in rest {
            assert!(last.contains(text(&cause["rule"])), "{last}");
        }
    }
}

/// Tests whose runs come to no answer, for each reason that a test can have.
const FAILING: &[fn()] = &[
    crate::runner::wrong_inputs,
    crate::runner::the_release_before,
    crate::runner::step_files_come_first,
    crate::expect::digests_of_build_jobs,
    crate::expect::lines_that_say_nothing,
    crate::folder::the_folder_itself_is_no_link,
    crate::policy::what_cannot_be_ignored,
    crate::projects::what_is_named_is_released,
    crate::verify::a_large_manifest_needs_its_digest,
    crate::verify::on_a_runner,
    crate::verify::what_is_no_release,
    crate::disk::what_is_not_ours_stays,
    crate::disk::a_folder_that_only_bears_the_name_stays,
    crate::disk::no_link_above_the_output_is_followed,
    crate::disk::a_run_waits_for_no_other,
    crate::disk::no_thread_can_be_started,
    crate::github::failures_that_do_not_pass,
    arguments_that_cannot_be,
];

/// What people type who know other programs, and what contradicts itself.
#[test]
fn arguments_that_cannot_be() {
    let workspace = Workspace::with([("a/tool.exe", "x")]);
    for arguments in [
        &["dist/"][..],
        &["https://github.com/o/r/actions/runs/1"],
        &["--output", "x"],
        &["--artifact-dir", "artifacts"],
        &["--json"],
        &["verfy"],
        &["publish"],
        &["explain", "wheel-tag"],
        &["-q", "-v"],
        &["--artifacts-dir"],
        &["--artifacts-dir", "nowhere"],
        &["--artifacts-dir", "artifacts", "--artifact-ids", "1"],
        &["--run", "https://example.org/o/r/1"],
        &["--run-id", "1"],
        &["--artifacts-dir", "artifacts", "--expect", "3"],
        &["--artifacts-dir", "artifacts", "--ignore", "no-rule *"],
        &["--artifacts-dir", "artifacts", "--ignore", "record-digest *"],
        &["--artifacts-dir", "artifacts", "--projects", "a b"],
        &["--artifacts-dir", "artifacts", "--expect-digests", "x"],
        &["--artifacts-dir", "artifacts", "--pattern", "@(a|b)"],
        &["verify", "--manifest-digest", "x"],
        &["verify", "nowhere"],
        &[],
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.log());
        assert!(!run.says("unexpected argument") && !run.says("\\n"), "{}", run.log());
    }
    let version = concat!("release-prep ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(workspace.run(["--version"]).exits(0).out, version);
}

/// Every message of a run that comes to no answer, to be read in one go.
#[test]
fn messages_of_runs_without_an_answer() {
    let recorded = recording(|| {
        insta::allow_duplicates! {
            for test in FAILING {
                test();
            }
        }
    });
    assert_written("tests/data/failures.txt", &recorded.failures());
}

/// Text that means something to a browser, a terminal, a runner, GitHub or YAML.
const HOSTILE: [&str; 12] = [
    "<img src=x onerror=alert(1)>",
    "</details></code></table><script>",
    "](http:\u{2f}\u{2f}example.org) [x](javascript:y)",
    "**b** `c` ~~d~~ | e | # f",
    "\u{1b}[31mred\u{1b}]8;;x\u{7}",
    "\u{202e}gnp.exe",
    "::error::x",
    "##[error]y",
    "@octocat #1 GH-2 octo/cat#3",
    "a\n::error::b\r\n- c",
    "&lt;b&gt; &#60;",
    "'; *y: !!x {{ }} ${{ github.token }}",
];

/// Asserts that nothing of a summary comes from outside but text.
#[track_caller]
fn is_harmless(run: &Run) {
    crate::runner::holds_no_command(run);
    // Indented code shows what it holds; a blank line stands before it.
    let mut before = "";
    let mut prose = String::new();
    for line in run.summary.lines() {
        if line.starts_with("    ") {
            assert!(before.is_empty() || before.starts_with("    "), "{line}");
            assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}')), "{line}");
        } else {
            prose.push_str(line);
            prose.push('\n');
        }
        before = line;
    }
    for tag in [
        "code", "/code", "wbr", "br", "sub", "/sub", "sup", "/sup", "details", "/details", "summary",
        "/summary",
    ] {
        prose = prose.replace(&format!("<{tag}>"), "");
    }
    let parts: Vec<&str> = prose.split("<code title=\"").collect();
    let digests = parts[1..].iter().map(|part| part.split_once("\">").unwrap());
    let prose = digests.fold(parts[0].to_owned(), |prose, (digest, rest)| {
        assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
        prose + rest
    });
    for sign in ['<', '@', '`', '~', '\u{1b}', '\u{202e}', '\r'] {
        // The program's own names of files.
        let prose = prose.replace("`release-manifest.json`", "").replace("`SHA256SUMS`", "");
        let line = prose.lines().find(|line| line.contains(sign));
        assert_eq!(line, None, "{sign:?} in the summary");
    }
    for text in ["](", "http:", "GH-2", "cat#3", "\n- c"] {
        assert!(!prose.contains(text) || text == "GH-2", "{text} in {prose}");
    }
    assert!(run.summary.len() < 1_000_000);
}

#[test]
fn hostile_text_is_harmless_everywhere() {
    for hostile in HOSTILE {
        let is_name = !hostile.contains(['/', '\n']);
        let workspace = Workspace::new();
        fs::create_dir(workspace.path("artifacts")).unwrap();
        let long = hostile.repeat((64 << 10) / hostile.len());
        for (at, text) in [hostile, &long].into_iter().enumerate() {
            let metadata = text.replace(['\n', '\r'], " ");
            let wheel = Wheelwright::new(&format!("w{at}-1.0-py3-none-any.whl")).metadata(&format!(
                "Metadata-Version: 2.1\nName: w{at}\nVersion: 1.0\nRequires-Dist: {metadata} @ x\nClassifier: {metadata}\n"
            ));
            workspace.write(format!("artifacts/wheels/{}", wheel.file_name()), wheel.build());
            let tags = Wheelwright::new(&format!("t{at}-1.0-py3-none-any.whl"))
                .wheel(&format!("Wheel-Version: 1.0\nGenerator: {metadata}\nTag: {metadata}\n"));
            workspace.write(format!("artifacts/wheels/{}", tags.file_name()), tags.build());
            let package = npm(&json!({
                "name": format!("p{at}"), "version": "1.0.0", "main": text, "bin": {"x": text},
                "repository": text, "publishConfig": {"tag": text, "access": text, "registry": text},
                "dependencies": {"y": text}, "os": [text],
            }));
            workspace.write(format!("artifacts/npm/p{at}.tgz"), package);
        }
        if is_name {
            for end in [".whl", ".tar.gz", ".exe", ".tgz", "", ".sha256"] {
                workspace.write(format!("artifacts/names/{hostile}{end}"), format!("{hostile}{end}"));
            }
            workspace.write(format!("artifacts/{hostile}/tool.whl"), "x");
        }
        for inputs in [&[][..], &[("pypi", "warn"), ("npm", "warn"), ("normalize", "off")]] {
            is_harmless(&workspace.prepare_on_runner(inputs));
        }
        is_harmless(
            &workspace.prepare_on_runner(&[("expect", &format!("*{}", hostile.lines().next().unwrap()))]),
        );
    }
}

/// The names in a release, its trees and its renames too.
#[test]
fn hostile_names_of_a_release_are_harmless() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("artifacts")).unwrap();
    let wheel = HOSTILE.iter().fold(Wheelwright::new("foo-1.0-py3-none-any.whl"), |wheel, hostile| {
        wheel.file(
            &format!(
                "foo/{}",
                hostile.replace("//", "").replace(['\n', '\r', '\u{1b}', '\u{7}', '\u{202e}'], "")
            ),
            "",
        )
    });
    workspace.write("artifacts/a/foo-1.0-py3-none-any.whl", wheel.build());
    for hostile in HOSTILE.iter().filter(|hostile| !hostile.contains(['/', '\n', '\u{1b}', '\u{202e}'])) {
        workspace.write(format!("artifacts/b/{hostile}.exe"), elf(hostile));
    }
    let run = workspace.prepare_on_runner(&[]);
    is_harmless(&run);
    assert!(run.summary.contains("Contents of the wheels"), "{}", run.log());
}

/// A matrix that went astray: the worst is read first, and on one screen.
#[test]
fn many_causes_are_short() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("artifacts")).unwrap();
    for (at, python) in ["cp310", "cp311", "cp312", "cp313"].into_iter().enumerate() {
        for platform in ["linux_riscv64", "win_amd64", "macosx_11_2_arm64", "linux_x86_64", "win_arm64"] {
            let version = if platform == "win_arm64" { "1.3.9" } else { "1.4.0" };
            let wheel = Wheelwright::new(&format!("foo-{version}-{python}-{python}-{platform}.whl"));
            let wheel = if platform == "win_amd64" { wheel.without("{}/RECORD") } else { wheel };
            let wheel = if platform == "linux_x86_64" {
                wheel.wheel("Wheel-Version: 1.0\nTag: py2-none-any\n")
            } else {
                wheel
            };
            workspace.write(format!("artifacts/{platform}/{}", wheel.file_name()), wheel.build());
        }
        workspace.write(format!("artifacts/one/tool-{at}"), format!("\u{7f}ELF{at}"));
        workspace.write(format!("artifacts/two/tool-{at}"), format!("\u{7f}ELF{at}{at}"));
    }
    let arguments = ["--version", "1.4.0", "--expect", "*-pyodide*.whl"];
    let run = workspace.prepare(&arguments).exits(1);
    let log = run.log();
    let causes = run.report.as_ref().unwrap()["causes"].as_array().unwrap();
    assert!(causes.iter().filter(|cause| cause["severity"] == "error").count() <= 16, "{log}");
    let rules: Vec<&str> = causes.iter().map(|cause| cause["rule"].as_str().unwrap()).collect();
    assert_eq!(rules[..2], ["expected-files", "version-mismatch"], "{log}");
    assert!(log.lines().count() <= 90 && log.lines().all(|line| line.chars().count() <= 120), "{log}");
}
