//! Content that PyPI's scanner does not accept in Python files
//! (`warehouse/utils/scanner.py` and its rules).
//!
//! The scanner looks into `.py` and `.pye` files of at most 5 MiB for code that
//! `PyArmor` or `SourceDefender` encrypted, and for API tokens of PyPI.

use std::collections::BTreeSet;
use std::io::{self, Write};

use memchr::memmem;

/// The most bytes of a file that the scanner looks into.
const MAX_SCANNED: u64 = 5 << 20;

/// The suffixes of the files that it looks into.
const SUFFIXES: [&str; 2] = [".py", ".pye"];

/// What stands before every mark of `PyArmor`, and what may follow it.
const PYARMOR: &[u8] = b"__pyarmor_";
const PYARMOR_REST: [&[u8]; 5] = [b"_(__name__, __file__,", b"enter__", b"exit__", b"assert__", b"bcc__"];
const PYE_BEGIN: &[u8] = b"---BEGIN PYE FILE---";
const PYE_END: &[u8] = b"---END PYE FILE---";
/// How every API token of PyPI begins, and how many characters follow at least.
const TOKEN: &[u8] = b"pypi-AgEIcHlwaS5vcmcCJ";
const TOKEN_REST: usize = 150;

/// More bytes than the longest of these.
const LONGEST: usize = 256;

/// What a file holds that PyPI does not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prohibited {
    /// Code that `PyArmor` encrypted.
    PyArmor,
    /// Code that `SourceDefender` encrypted.
    SourceDefender,
    /// An API token.
    Token,
}

/// Looks for it while a file's bytes are written to it.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    /// The last bytes seen, in which something may begin.
    tail: Vec<u8>,
    size: u64,
    marks: BTreeSet<Mark>,
}

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    PyArmor,
    PyeBegin,
    PyeEnd,
    Token,
}

impl Scanner {
    /// The scanner of a file at this path; none if PyPI does not look into it.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, suffix) = name.rsplit_once('.')?;
        let is_scanned = !stem.is_empty()
            && SUFFIXES.iter().any(|it| it.trim_start_matches('.').eq_ignore_ascii_case(suffix));
        is_scanned.then(Self::default)
    }

    /// What the file holds, once it was seen whole.
    pub(crate) fn finish(&self) -> Option<Prohibited> {
        let has = |mark| self.marks.contains(&mark);
        if self.size > MAX_SCANNED {
            None
        } else if has(Mark::PyArmor) {
            Some(Prohibited::PyArmor)
        } else if has(Mark::PyeBegin) && has(Mark::PyeEnd) {
            Some(Prohibited::SourceDefender)
        } else {
            has(Mark::Token).then_some(Prohibited::Token)
        }
    }

    fn search(&mut self, bytes: &[u8]) {
        let is_pyarmor = |rest: &[u8]| PYARMOR_REST.iter().any(|mark| rest.starts_with(mark));
        let is_token = |rest: &[u8]| {
            rest.get(..TOKEN_REST).is_some_and(|rest| {
                rest.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            })
        };
        let marks = [
            (Mark::PyArmor, is_in(PYARMOR, bytes, is_pyarmor)),
            (Mark::PyeBegin, is_in(PYE_BEGIN, bytes, |_| true)),
            (Mark::PyeEnd, is_in(PYE_END, bytes, |_| true)),
            (Mark::Token, is_in(TOKEN, bytes, is_token)),
        ];
        self.marks.extend(marks.into_iter().filter(|(_, is_seen)| *is_seen).map(|(mark, _)| mark));
    }
}

impl Write for Scanner {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > MAX_SCANNED {
            return Ok(bytes.len());
        }
        if !self.tail.is_empty() {
            let mut joint = std::mem::take(&mut self.tail);
            joint.extend_from_slice(bytes.get(..LONGEST).unwrap_or(bytes));
            self.search(&joint);
            self.tail = joint;
        }
        if bytes.len() >= LONGEST {
            self.search(bytes);
            self.tail.clear();
            self.tail.extend_from_slice(bytes.get(bytes.len() - LONGEST..).unwrap_or_default());
        } else if self.tail.is_empty() {
            self.search(bytes);
            self.tail.extend_from_slice(bytes);
        } else {
            let seen = self.tail.len().saturating_sub(LONGEST);
            self.tail.drain(..seen);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a text stands in `bytes`, before a rest that is `wanted`.
fn is_in(text: &[u8], bytes: &[u8], wanted: impl Fn(&[u8]) -> bool) -> bool {
    memmem::find_iter(bytes, text)
        .any(|at| bytes.get(at..).and_then(|rest| rest.strip_prefix(text)).is_some_and(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8], block: usize) -> Option<Prohibited> {
        let mut scanner = Scanner::of("a/b.py").unwrap();
        text.chunks(block).for_each(|block| scanner.write_all(block).unwrap());
        scanner.finish()
    }

    #[test]
    fn files_that_are_scanned() {
        for path in ["a.py", "a/b.PY", "a.b.pye"] {
            assert!(Scanner::of(path).is_some(), "{path}");
        }
        for path in ["a.pyc", ".py", "a/.py", "py", "a.py/b", "a.pyi"] {
            assert!(Scanner::of(path).is_none(), "{path}");
        }
    }

    #[test]
    fn what_is_found() {
        let token = format!("x = 'pypi-AgEIcHlwaS5vcmcCJ{}'", "Ab-_0".repeat(30));
        let filler = "x = 1  # __pyarmor__(__name__)\n".repeat(100);
        for (text, expected) in [
            ("__pyarmor__(__name__, __file__, b'x')", Some(Prohibited::PyArmor)),
            ("__pyarmor_bcc__", Some(Prohibited::PyArmor)),
            ("__pyarmor__ = 1; __pyarmor_other__", None),
            ("---BEGIN PYE FILE---\nx\n---END PYE FILE---", Some(Prohibited::SourceDefender)),
            ("---END PYE FILE---", None),
            ("---BEGIN PYE FILE---", None),
            (&token, Some(Prohibited::Token)),
            (&token.replace("0'", "'"), None),
        ] {
            for block in [1, 7, 255, 256, 300, 5000] {
                for text in [text.to_owned(), format!("{filler}{text}{filler}"), format!("{filler}{text}")] {
                    assert_eq!(found(text.as_bytes(), block), expected, "{text} in blocks of {block}");
                }
            }
        }
    }

    #[test]
    fn large_files_are_not_scanned() {
        let mut text = b"__pyarmor_exit__".to_vec();
        text.resize(5 << 20, b' ');
        assert_eq!(found(&text, 1 << 16), Some(Prohibited::PyArmor));
        text.push(b' ');
        assert_eq!(found(&text, 1 << 16), None);
    }
}
