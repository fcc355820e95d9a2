//! Which files sidecars describe, and whether they declare the digests that
//! those have. Pure: the digests were computed before.

use std::collections::{BTreeMap, BTreeSet};

use crate::distribution::junk::is_junk_file;
use crate::distribution::sidecar::algorithm::ChecksumAlgorithm;
use crate::distribution::sidecar::checksums::{ChecksumLine, Checksums, ChecksumsError};
use crate::distribution::sidecar::{SidecarContents, SidecarKind, list_algorithm};
use crate::evidence::{Distribution, Evidence};
use crate::normalize::asset_name::stored_name;

/// The files of all artifacts, as sidecars look them up. A file is the number
/// of its evidence.
pub(crate) struct Described<'a> {
    evidence: &'a [Evidence],
    by_name: BTreeMap<String, Vec<usize>>,
}

/// What a line of a checksum file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LineVerdict {
    /// This file has that digest, by this algorithm.
    Right(usize, ChecksumAlgorithm),
    /// The file of that name has another digest.
    Wrong(Contradiction),
    /// No file of that name is here; none if the line names no file.
    Absent(Option<String>),
}

/// A digest that is not the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The file.
    pub file: usize,
    /// The algorithm.
    pub algorithm: ChecksumAlgorithm,
    /// The digest that is declared.
    pub declared: String,
    /// The digest that the file has.
    pub actual: String,
}

/// What a checksum file for one file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SidecarVerdict {
    /// It declares the digest of this file, by this algorithm.
    Right(usize, ChecksumAlgorithm),
    /// It declares other digests.
    Wrong(Vec<Contradiction>),
    /// It describes no file that is here, but one of this name.
    Absent(String),
    /// It is not a checksum file.
    Unreadable(ChecksumsError),
    /// It is beside this file, and its algorithm cannot be verified here.
    Unverified(Option<usize>),
}

impl<'a> Described<'a> {
    /// Among these files.
    #[must_use]
    pub(crate) fn new(evidence: &'a [Evidence]) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, file) in evidence.iter().enumerate().filter(|(_, file)| !is_junk_file(&file.path)) {
            let sent = file.name();
            let names: BTreeSet<String> =
                [stored_name(&sent).as_ref(), file.distribution.canonical_name(), Some(&sent)]
                    .into_iter()
                    .flatten()
                    .map(ToString::to_string)
                    .collect();
            for name in names {
                by_name.entry(name).or_default().push(number);
            }
        }
        Self { evidence, by_name }
    }

    /// The files of that name which a sidecar means: those in its own folder,
    /// else in its artifact, else anywhere.
    #[must_use]
    pub(crate) fn find(&self, sidecar: &Evidence, name: &str) -> Vec<usize> {
        let folder =
            |file: &Evidence| file.path.as_str().rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let distance = |file: &Evidence| {
            if file.artifact.name == sidecar.artifact.name {
                u8::from(folder(file) != folder(sidecar))
            } else {
                2
            }
        };
        let named = self.by_name.get(name).into_iter().flatten();
        let files: Vec<(u8, usize)> = named
            .filter_map(|number| Some((*number, self.evidence.get(*number)?)))
            .filter(|(_, file)| !std::ptr::eq(*file, sidecar))
            .map(|(number, file)| (distance(file), number))
            .collect();
        let nearest = files.iter().map(|(distance, _)| *distance).min();
        files
            .into_iter()
            .filter(|(distance, _)| Some(*distance) == nearest)
            .map(|(_, number)| number)
            .collect()
    }

    /// The file that a sidecar is beside, by their names. Of several the first.
    #[must_use]
    pub(crate) fn subject(&self, sidecar: &Evidence) -> Option<usize> {
        let name = sidecar.name();
        self.find(sidecar, SidecarKind::of(&name)?.subject()?).first().copied()
    }

    /// What a line of a checksum file comes to. `beside` are the files that
    /// the sidecar is beside, which a line without a name means.
    fn line(
        &self,
        sidecar: &Evidence,
        line: &ChecksumLine,
        named: Option<ChecksumAlgorithm>,
        beside: &[usize],
    ) -> LineVerdict {
        let algorithms = algorithms(line, named);
        let files = match line.name() {
            Some(name) => self.find(sidecar, name),
            None => beside.to_vec(),
        };
        // A file that was renamed after its checksum was written is found by
        // the digest.
        let by_digest = if files.is_empty() { beside } else { &files };
        let right = by_digest.iter().find_map(|number| {
            let file = self.evidence.get(*number)?;
            // One that was generated has the digest after a rewrite.
            let digest_by = |algorithm: ChecksumAlgorithm| match algorithm {
                ChecksumAlgorithm::Sha256 if sidecar.is_generated => {
                    Some(file.staged.digests.sha256.to_string())
                }
                _ => file.digest_by(algorithm),
            };
            let is_right =
                |algorithm: &&ChecksumAlgorithm| digest_by(**algorithm).as_ref() == Some(&line.digest);
            Some(LineVerdict::Right(*number, *algorithms.iter().find(is_right)?))
        });
        let wrong = || {
            let file = *files.first()?;
            let (algorithm, actual) = algorithms
                .iter()
                .find_map(|algorithm| Some((*algorithm, self.evidence.get(file)?.digest_by(*algorithm)?)))?;
            let declared = line.digest.clone();
            Some(LineVerdict::Wrong(Contradiction { file, algorithm, declared, actual }))
        };
        right.or_else(wrong).unwrap_or_else(|| LineVerdict::Absent(line.name().map(str::to_owned)))
    }

    /// What the lines of a list of checksums come to. A line about the list
    /// itself says nothing.
    #[must_use]
    pub(crate) fn list(&self, list: &Evidence, checksums: &Checksums) -> Vec<LineVerdict> {
        let name = list.name();
        let others = checksums.lines().iter().filter(|line| line.name() != Some(name.as_str()));
        others.map(|line| self.line(list, line, algorithm_of_list(list, line), &[])).collect()
    }

    /// What a checksum file for one file comes to. None if it is something
    /// else.
    #[must_use]
    pub(crate) fn sidecar(&self, sidecar: &Evidence) -> Option<SidecarVerdict> {
        let name = sidecar.name();
        let Some(SidecarKind::Checksum { subject, algorithm }) = SidecarKind::of(&name) else { return None };
        let Distribution::Sidecar(contents) = &sidecar.distribution else { return None };
        let beside = self.find(sidecar, subject);
        let checksums = match &**contents {
            SidecarContents::Checksums(Ok(checksums)) => checksums,
            SidecarContents::Checksums(Err(error)) => return Some(SidecarVerdict::Unreadable(*error)),
            _ => return Some(SidecarVerdict::Unverified(beside.first().copied())),
        };
        let verdicts: Vec<LineVerdict> =
            checksums.lines().iter().map(|line| self.line(sidecar, line, algorithm, &beside)).collect();
        let wrong: Vec<Contradiction> =
            verdicts.iter().filter_map(LineVerdict::contradiction).cloned().collect();
        if !wrong.is_empty() {
            return Some(SidecarVerdict::Wrong(wrong));
        }
        let rights = verdicts.iter().filter_map(LineVerdict::right);
        // The file beside it rather than another one that it names as well.
        let right = rights.min_by_key(|(number, _)| !beside.contains(number));
        Some(if let Some((file, algorithm)) = right {
            SidecarVerdict::Right(file, algorithm)
        } else {
            let named = checksums.lines().iter().find_map(ChecksumLine::name);
            SidecarVerdict::Absent(named.unwrap_or(subject).to_owned())
        })
    }

    /// The digests, besides SHA-256, that sidecars and lists declare of files.
    #[must_use]
    pub(crate) fn wanted_digests(&self) -> BTreeSet<(usize, ChecksumAlgorithm)> {
        let mut wanted = BTreeSet::new();
        for sidecar in self.evidence {
            let Distribution::Sidecar(contents) = &sidecar.distribution else { continue };
            match &**contents {
                SidecarContents::Checksums(Ok(checksums)) => {
                    for line in checksums.lines() {
                        self.want(&mut wanted, sidecar, line.name(), &self.algorithms_left(sidecar, line));
                    }
                }
                SidecarContents::Signature(subjects) => {
                    for subject in subjects {
                        self.want(&mut wanted, sidecar, subject.file_name(), &[subject.algorithm]);
                        self.want(&mut wanted, sidecar, None, &[subject.algorithm]);
                    }
                }
                _ => {}
            }
        }
        wanted
    }

    /// Wants digests of the files of that name, or of those beside a sidecar.
    fn want(
        &self,
        wanted: &mut BTreeSet<(usize, ChecksumAlgorithm)>,
        sidecar: &Evidence,
        name: Option<&str>,
        algorithms: &[ChecksumAlgorithm],
    ) {
        let sent = sidecar.name();
        let beside =
            || SidecarKind::of(&sent).and_then(SidecarKind::subject).map(|name| self.find(sidecar, name));
        let named = name.map(|name| self.find(sidecar, name)).filter(|files| !files.is_empty());
        for file in named.or_else(beside).unwrap_or_default() {
            let others = algorithms.iter().filter(|algorithm| **algorithm != ChecksumAlgorithm::Sha256);
            wanted.extend(others.map(|algorithm| (file, *algorithm)));
        }
    }

    /// The algorithms by which a line is still to be verified: none if it may
    /// be a SHA-256 and is that of a file of its name.
    fn algorithms_left(&self, sidecar: &Evidence, line: &ChecksumLine) -> Vec<ChecksumAlgorithm> {
        let name = sidecar.name();
        let named = match SidecarKind::of(&name) {
            Some(SidecarKind::Checksum { algorithm, .. }) => algorithm,
            _ => algorithm_of_list(sidecar, line),
        };
        let algorithms = algorithms(line, named);
        let files = line.name().map(|name| self.find(sidecar, name)).unwrap_or_default();
        let mut digests =
            files.iter().filter_map(|number| Some(self.evidence.get(*number)?.digest_as_sent()));
        let is_settled = algorithms.contains(&ChecksumAlgorithm::Sha256)
            && digests.any(|digest| digest.to_string() == line.digest);
        if is_settled { Vec::new() } else { algorithms }
    }
}

impl LineVerdict {
    /// The contradiction, if it is one.
    #[must_use]
    pub(crate) const fn contradiction(&self) -> Option<&Contradiction> {
        match self {
            Self::Wrong(contradiction) => Some(contradiction),
            Self::Right(..) | Self::Absent(_) => None,
        }
    }

    /// The file whose digest is declared, and the algorithm.
    #[must_use]
    pub(crate) const fn right(&self) -> Option<(usize, ChecksumAlgorithm)> {
        match self {
            Self::Right(file, algorithm) => Some((*file, *algorithm)),
            Self::Wrong(_) | Self::Absent(_) => None,
        }
    }
}

/// The algorithms that a line may mean: the one that it or the file's name
/// says, else all with digests of that length.
fn algorithms(line: &ChecksumLine, named: Option<ChecksumAlgorithm>) -> Vec<ChecksumAlgorithm> {
    match line.algorithm.or(named) {
        Some(algorithm) => vec![algorithm],
        None => ChecksumAlgorithm::of_digits(line.digest.len()),
    }
}

/// The algorithm that the name of a list says, where a line's digest has its
/// length.
fn algorithm_of_list(list: &Evidence, line: &ChecksumLine) -> Option<ChecksumAlgorithm> {
    list_algorithm(&list.name()).filter(|algorithm| algorithm.digits() == line.digest.len())
}
