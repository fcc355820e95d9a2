//! The subjects to attest, in the form and within the limits of
//! actions/attest.
//!
//! Its `subject-checksums` accepts a file of at most 512 KiB. A statement has at
//! most 1,024 subjects, which is not checked for a checksum file before it is
//! signed. The list is therefore cut into shards within both limits, each to
//! be attested by its own step.

use crate::digest::Sha256;
use crate::filename::FileName;
use crate::release::sums::Sums;

/// The most subjects of one statement (actions/attest, README).
pub(crate) const MAX_SUBJECTS: usize = 1024;

/// The most bytes of a checksum file (actions/attest, `src/subject.ts`).
pub(crate) const MAX_SHARD_BYTES: usize = 512 * 1024;

/// The most bytes of a list that is passed as an input: Linux allows 131,072
/// for an environment variable, with its name and the NUL.
const MAX_INLINE_BYTES: usize = 131_072 - "INPUT_SUBJECT-CHECKSUMS=".len() - 1;

/// All subjects of a release, cut into shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subjects {
    shards: Vec<Sums<Sha256>>,
    count: usize,
}

impl Subjects {
    /// Sorts the subjects and fills one shard after the other.
    #[must_use]
    pub fn new(subjects: impl IntoIterator<Item = (FileName, Sha256)>) -> Self {
        let subjects = Sums::new(subjects);
        let mut shards: Vec<Vec<(FileName, Sha256)>> = Vec::new();
        let mut bytes = 0;
        for (name, digest) in subjects.entries() {
            let line = 64 + "  \n".len() + name.as_str().len();
            match shards.last_mut() {
                Some(shard) if shard.len() < MAX_SUBJECTS && bytes + line <= MAX_SHARD_BYTES => {
                    bytes += line;
                    shard.push((name.clone(), *digest));
                }
                _ => {
                    bytes = line;
                    shards.push(vec![(name.clone(), *digest)]);
                }
            }
        }
        Self { count: subjects.entries().len(), shards: shards.into_iter().map(Sums::new).collect() }
    }

    /// Their number.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The shards, each with the name of its file: `subjects.sha256`, then
    /// `subjects-2.sha256` and on.
    #[must_use]
    pub fn shards(&self) -> impl ExactSizeIterator<Item = (String, &Sums<Sha256>)> {
        self.shards.iter().enumerate().map(|(index, shard)| (shard_name(index), shard))
    }

    /// The whole list, if it is one shard and short enough for the input of a
    /// step.
    #[must_use]
    pub fn inline(&self) -> Option<String> {
        match self.shards.as_slice() {
            [shard] => Some(shard.to_string()).filter(|text| text.len() <= MAX_INLINE_BYTES),
            _ => None,
        }
    }
}

fn shard_name(index: usize) -> String {
    match index {
        0 => "subjects.sha256".to_owned(),
        _ => format!("subjects-{}.sha256", index + 1),
    }
}

/// Whether a name is one that a shard has or could have, without regard to
/// case.
#[must_use]
pub(crate) fn is_shard_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("subjects").and_then(|rest| rest.strip_suffix(".sha256")).is_some_and(|between| {
        between.is_empty()
            || between
                .strip_prefix('-')
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(count: usize, length: usize) -> Subjects {
        Subjects::new((0..count).map(|n| {
            let name = format!("{n:0>length$}").parse().unwrap();
            (name, Sha256::of(&n.to_le_bytes()))
        }))
    }

    fn shape(subjects: &Subjects) -> Vec<(String, usize)> {
        subjects.shards().map(|(name, shard)| (name, shard.entries().len())).collect()
    }

    #[test]
    fn as_many_as_one_statement_takes() {
        assert_eq!(shape(&subjects(1024, 8)), [("subjects.sha256".to_owned(), 1024)]);
        assert_eq!(
            shape(&subjects(1025, 8)),
            [("subjects.sha256".to_owned(), 1024), ("subjects-2.sha256".to_owned(), 1)]
        );
        assert_eq!(subjects(2049, 8).shards().len(), 3);
    }

    /// With names of 255 bytes, 1,024 lines are 329,728 bytes: today's limits
    /// on names keep a shard well below the limit on its file, which is
    /// counted all the same.
    #[test]
    fn no_shard_is_too_large() {
        for (_, shard) in subjects(3000, 255).shards() {
            assert!(shard.to_string().len() <= MAX_SHARD_BYTES);
        }
    }

    #[test]
    fn what_fits_an_input() {
        assert!(subjects(1000, 8).inline().is_some());
        // 1,024 lines of 128 bytes and more do not.
        assert!(subjects(1024, 128).inline().is_none());
        assert!(subjects(1025, 1).inline().is_none());
    }

    /// Linux allows 131,072 bytes for a variable of the environment, with its
    /// name, `=` and the NUL (`MAX_ARG_STRLEN`); `INPUT_SUBJECT-CHECKSUMS=` has 24.
    #[test]
    fn the_edge_of_an_input() {
        let of_length = |bytes: usize| {
            // 64 digits, two blanks and a line feed beside each name.
            let names = bytes - 600 * 67;
            Subjects::new((0..600).map(|n| {
                let length = names / 600 + usize::from(n < names % 600);
                (format!("{n:0>length$}").parse().unwrap(), Sha256::of(b""))
            }))
        };
        assert_eq!(of_length(131_047).inline().map(|text| text.len()), Some(131_047));
        assert_eq!(of_length(131_048).inline(), None);
    }

    #[test]
    fn names_of_shards() {
        for name in ["subjects.sha256", "Subjects-2.SHA256", "subjects-33.sha256"] {
            assert!(is_shard_name(name), "{name}");
        }
        for name in ["subjects-.sha256", "subjects-a.sha256", "subjects", "my-subjects.sha256"] {
            assert!(!is_shard_name(name), "{name}");
        }
    }
}
