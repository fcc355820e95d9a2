//! Digests, and the writer through which bytes get theirs.
//!
//! A digest is an algorithm and a value. The algorithm is the type here, so
//! that a SHA-512 can never stand where a BLAKE2b is meant although both have
//! 64 bytes. "Checksum" is said only of the file formats (`SHA256SUMS`).

use std::io::{self, Write};
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest as _;

/// A text that is no digest of the algorithm asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} lowercase hexadecimal digits of a {algorithm} digest, found {found:?}")]
pub struct DigestError {
    algorithm: &'static str,
    expected: usize,
    found: String,
}

macro_rules! digest {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// The digest's bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl From<[u8; $bytes]> for $name {
            /// The digest that these bytes are.
            fn from(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }
        }

        impl std::fmt::Display for $name {
            /// Lowercase hexadecimal, as every consumer reads it.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($label, ":{}"), self)
            }
        }

        impl FromStr for $name {
            type Err = DigestError;

            fn from_str(text: &str) -> Result<Self, DigestError> {
                HEXLOWER
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or_else(|| DigestError {
                        algorithm: $label,
                        expected: 2 * $bytes,
                        // Whatever was sent, an error stays a line.
                        found: text.chars().take(2 * $bytes + 1).collect(),
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!("A ", $label, " digest in lowercase hexadecimal."),
                    "type": "string",
                    "pattern": format!("^[0-9a-f]{{{}}}$", 2 * $bytes),
                })
            }
        }
    };
}

digest!(
    /// A SHA-256 digest: what names a file's bytes everywhere in a release.
    Sha256,
    32,
    "sha256"
);
digest!(
    /// A SHA-512 digest: npm's integrity, and `SHA512SUMS`.
    Sha512,
    64,
    "sha512"
);
digest!(
    /// A BLAKE2b-512 digest: `B2SUMS`, as coreutils' `b2sum` writes it.
    Blake2b,
    64,
    "blake2b"
);

impl Sha256 {
    /// The digest of bytes that are in memory already.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl Sha512 {
    /// Subresource Integrity's spelling, `sha512-<base64>`, which npm's
    /// lock files and registry use.
    #[must_use]
    pub fn integrity(&self) -> String {
        format!("sha512-{}", BASE64.encode(&self.0))
    }
}

/// Which digests are wanted besides SHA-256, which always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Algorithms {
    /// SHA-512 as well.
    pub sha512: bool,
    /// BLAKE2b-512 as well.
    pub blake2b: bool,
}

/// The digests of one file, all made in one pass over its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Always there.
    pub sha256: Sha256,
    /// Where asked for, and for npm packages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha512: Option<Sha512>,
    /// Where asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub blake2b: Option<Blake2b>,
}

/// Hands bytes on and digests them on the way, so that nothing is read a
/// second time in order to be hashed.
pub(crate) struct HashingWriter<W> {
    inner: W,
    written: u64,
    sha256: sha2::Sha256,
    sha512: Option<sha2::Sha512>,
    blake2b: Option<blake2::Blake2b512>,
}

impl<W: Write> HashingWriter<W> {
    /// Hashes what is written to `inner` from here on.
    pub(crate) fn new(inner: W, algorithms: Algorithms) -> Self {
        Self {
            inner,
            written: 0,
            sha256: sha2::Sha256::new(),
            sha512: algorithms.sha512.then(sha2::Sha512::new),
            blake2b: algorithms.blake2b.then(blake2::Blake2b512::new),
        }
    }

    /// The inner writer.
    #[must_use]
    pub(crate) const fn get_ref(&self) -> &W {
        &self.inner
    }

    /// How many bytes have passed.
    #[must_use]
    pub(crate) const fn written(&self) -> u64 {
        self.written
    }

    /// Ends the file: the inner writer, the size in bytes and the digests.
    /// Consumes the writer, for a digest of half a file is of no use.
    #[must_use]
    pub(crate) fn finalize(self) -> (W, u64, Digests) {
        let digests = Digests {
            sha256: Sha256(self.sha256.finalize().into()),
            sha512: self.sha512.map(|hasher| Sha512(hasher.finalize().into())),
            blake2b: self.blake2b.map(|hasher| Blake2b(hasher.finalize().into())),
        };
        (self.inner, self.written, digests)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        // `Write`'s contract is `written <= bytes.len()`; a writer that breaks
        // it gets an error and not a panic.
        let passed = bytes.get(..written).ok_or(io::ErrorKind::InvalidInput)?;
        self.sha256.update(passed);
        if let Some(hasher) = &mut self.sha512 {
            hasher.update(passed);
        }
        if let Some(hasher) = &mut self.blake2b {
            hasher.update(passed);
        }
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(bytes: &[u8], algorithms: Algorithms) -> Digests {
        let mut writer = HashingWriter::new(Vec::new(), algorithms);
        for part in bytes.chunks(2) {
            writer.write_all(part).unwrap();
        }
        let (passed, size, digests) = writer.finalize();
        assert_eq!((passed.as_slice(), size), (bytes, bytes.len() as u64));
        digests
    }

    /// FIPS 180-4 and RFC 7693, appendix A: the digests of "abc".
    #[test]
    fn abc() {
        let digests = digests(b"abc", Algorithms { sha512: true, blake2b: true });
        assert_eq!(
            digests.sha256.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            digests.sha512.unwrap().to_string(),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
        assert_eq!(
            digests.blake2b.unwrap().to_string(),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
             7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        );
    }

    #[test]
    fn only_what_was_asked_for() {
        let digests = digests(b"", Algorithms::default());
        assert_eq!((digests.sha512, digests.blake2b), (None, None));
        assert_eq!(digests.sha256, Sha256::of(b""));
    }

    #[test]
    fn text_and_back() {
        let digest = Sha256::of(b"x");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for wrong in ["", "ab", &"g".repeat(64), &"A".repeat(64), &"0".repeat(66)] {
            assert!(wrong.parse::<Sha256>().is_err(), "{wrong}");
        }
    }
}
