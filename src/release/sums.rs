//! Checksum files, as `sha256sum -c` and `b2sum -c` read them.
//!
//! `<lowercase hex><two spaces><bare name><LF>`, sorted by the name's bytes:
//! the one form that coreutils, actions/attest and the SLSA generator read
//! alike. Bare names, because the files of a release are downloaded into one
//! folder.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::filename::{FileName, FileNameError};

/// A checksum file: names, unique and sorted, each with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums<D>(Vec<(FileName, D)>);

impl<D> Sums<D> {
    /// Sorts the entries. Names must be unique, as a manifest's are.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (FileName, D)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(entries)
    }

    /// The entries, sorted by name.
    #[must_use]
    pub fn entries(&self) -> &[(FileName, D)] {
        &self.0
    }
}

impl<D: Display> Display for Sums<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, digest)| writeln!(f, "{digest}  {name}"))
    }
}

/// A line of a checksum file in another form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumsError<E> {
    /// Not a digest, two spaces and a name; or no LF after the last line.
    #[error("line {0} is not `<digest>  <name>`, ended by a line feed")]
    Line(usize),
    /// Not a digest of the algorithm.
    #[error("line {0}: {1}")]
    Digest(usize, E),
    /// Not a bare name.
    #[error("line {0}: the name is not valid: {1}")]
    Name(usize, FileNameError),
    /// Not sorted, or a name twice.
    #[error("line {0} is out of order, or names a file for the second time")]
    Order(usize),
}

impl<D: FromStr> FromStr for Sums<D> {
    type Err = SumsError<D::Err>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut entries: Vec<(FileName, D)> = Vec::new();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let number = index + 1;
            let (digest, name) = line
                .strip_suffix('\n')
                .and_then(|line| line.split_once("  "))
                .ok_or(SumsError::Line(number))?;
            let digest = digest.parse().map_err(|error| SumsError::Digest(number, error))?;
            let name: FileName = name.parse().map_err(|error| SumsError::Name(number, error))?;
            if entries.last().is_some_and(|(before, _)| *before >= name) {
                return Err(SumsError::Order(number));
            }
            entries.push((name, digest));
        }
        Ok(Self(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    fn sums(names: &[&str]) -> Sums<Sha256> {
        Sums::new(names.iter().map(|name| (name.parse().unwrap(), Sha256::of(name.as_bytes()))))
    }

    #[test]
    fn lines_are_sorted_by_bytes() {
        insta::assert_snapshot!(sums(&["b", "a", "B", "a b"]), @r"
        df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c  B
        ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a
        c8687a08aa5d6ed2044328fa6a697ab8e96dc34291e8c2034ae8c38e6fcc6d65  a b
        3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b
        ");
    }

    #[test]
    fn text_and_back() {
        let sums = sums(&["a", "b c", "SHA256SUMS"]);
        assert_eq!(sums.to_string().parse(), Ok(sums));
        assert_eq!("".parse(), Ok(Sums::<Sha256>(Vec::new())));
    }

    #[test]
    fn other_forms_are_refused() {
        let good = sums(&["a"]).to_string();
        let hex = good.split("  ").next().unwrap();
        for text in [
            format!("{hex}  a"),
            format!("{hex} a\n"),
            format!("{hex} *a\n"),
            format!("{hex}  a\r\n"),
            format!("{hex}  ./a\n"),
            format!("{}  a\n", hex.to_uppercase()),
            format!("{good}{good}"),
            format!("{hex}  b\n{hex}  a\n"),
            format!("{good}\n"),
        ] {
            assert!(text.parse::<Sums<Sha256>>().is_err(), "{text:?}");
        }
    }
}
