//! Sidecars: files that describe another file, or several: checksums,
//! signatures, attestations, certificates, bills of materials, update feeds.
//!
//! What they are called is here; what they declare, in the modules below.

pub(crate) mod algorithm;
pub(crate) mod checksums;
pub(crate) mod statement;

use self::algorithm::ChecksumAlgorithm;
use self::checksums::{Checksums, ChecksumsError};
use self::statement::{AttestedSubject, attested_subjects};
use crate::filename::FileName;

/// Suffixes of signatures and attestations. They hold for a file under its
/// name.
const SIGNATURES: &[&str] = &[
    ".publish.attestation",
    ".attestation",
    ".sigstore.json",
    ".sigstore",
    ".intoto.jsonl",
    ".bundle",
    ".asc",
    ".sig",
    ".minisig",
    ".p7s",
];

/// Suffixes of certificates, which belong to a signature or stand alone.
const CERTIFICATES: &[&str] = &[".pem", ".crt", ".cert"];

/// Suffixes of checksum files for one file, and the algorithm; none where it
/// cannot be verified here. Longer ones first.
const CHECKSUMS: &[(&str, Option<ChecksumAlgorithm>)] = &[
    (".sha256sum", Some(ChecksumAlgorithm::Sha256)),
    (".sha512sum", Some(ChecksumAlgorithm::Sha512)),
    (".sha3-256", Some(ChecksumAlgorithm::Sha3_256)),
    (".sha3-512", Some(ChecksumAlgorithm::Sha3_512)),
    (".sha1sum", Some(ChecksumAlgorithm::Sha1)),
    (".blake2b", Some(ChecksumAlgorithm::Blake2b)),
    (".blake2s", Some(ChecksumAlgorithm::Blake2s)),
    (".md5sum", Some(ChecksumAlgorithm::Md5)),
    (".blake3", None),
    (".sha224", Some(ChecksumAlgorithm::Sha224)),
    (".sha256", Some(ChecksumAlgorithm::Sha256)),
    (".sha384", Some(ChecksumAlgorithm::Sha384)),
    (".sha512", Some(ChecksumAlgorithm::Sha512)),
    (".b2sum", Some(ChecksumAlgorithm::Blake2b)),
    (".b3sum", None),
    (".sha1", Some(ChecksumAlgorithm::Sha1)),
    (".md5", Some(ChecksumAlgorithm::Md5)),
    (".b2", Some(ChecksumAlgorithm::Blake2b)),
    (".b3", None),
];

/// Suffixes of everything else that stands beside a file: bills of materials,
/// and what updaters load in parts.
const OTHERS: &[&str] = &[
    ".cdx.json",
    ".cdx.xml",
    ".cyclonedx.json",
    ".cyclonedx.xml",
    ".spdx.json",
    ".spdx.rdf",
    ".spdx",
    ".bom.json",
    ".sbom.json",
    ".syft.json",
    ".sbom",
    ".blockmap",
    ".zsync",
];

/// Names, and ends of names, of lists of digests (ASCII case aside).
const LISTS: &[&str] = &[
    "sha256sums",
    "sha512sums",
    "sha384sums",
    "sha1sums",
    "md5sums",
    "b2sums",
    "shasums",
    "sha256sums.txt",
    "sha512sums.txt",
    "sha384sums.txt",
    "sha1sums.txt",
    "md5sums.txt",
    "b2sums.txt",
    "shasums.txt",
    "sha256sum.txt",
    "sha512sum.txt",
    "shasums256.txt",
    "checksums.txt",
    "checksum.txt",
    "checksums.sha256",
    "checksums.sha512",
    "checksums.md5",
    "checksums",
    "sha256.sum",
    "sha512.sum",
    "sha256.txt",
    "sha512.txt",
];

/// Names of the feeds of updaters: Squirrel's `RELEASES`, Sparkle's
/// `appcast.xml`, Tauri's `latest.json`, cargo-dist's `dist-manifest.json`.
const FEEDS: &[&str] = &["releases", "appcast.xml", "latest.json", "dist-manifest.json"];

/// The most bytes of an update feed in which names are looked for.
const MAX_FEED_BYTES: u64 = 1 << 20;

/// What a sidecar is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SidecarKind<'a> {
    /// Digests of several files.
    ChecksumList,
    /// The digest of one file.
    Checksum {
        /// The file's name, if the sidecar is beside it.
        subject: &'a str,
        /// The algorithm; none if it cannot be verified here.
        algorithm: Option<ChecksumAlgorithm>,
    },
    /// A signature or attestation, which holds for a file under its name.
    Signature {
        /// The file's name.
        subject: &'a str,
    },
    /// A certificate.
    Certificate {
        /// The name of the file whose signature it belongs to, if it belongs
        /// to one.
        subject: &'a str,
    },
    /// What an updater reads first.
    Feed,
    /// A bill of materials, or an index of a file's parts.
    Other {
        /// The name of the file that it describes, if it describes one.
        subject: &'a str,
    },
}

impl<'a> SidecarKind<'a> {
    /// What a name says. None if it is not that of a sidecar.
    #[must_use]
    pub(crate) fn of(name: &'a FileName) -> Option<Self> {
        let stem = |suffixes: &[&str]| suffixes.iter().find_map(|suffix| name.stem(suffix));
        if is_checksum_list(name) {
            return Some(Self::ChecksumList);
        }
        if is_feed(name) {
            return Some(Self::Feed);
        }
        if let Some(subject) = stem(SIGNATURES) {
            return Some(Self::Signature { subject });
        }
        if let Some(subject) = stem(CERTIFICATES) {
            return Some(Self::Certificate { subject });
        }
        if let Some(subject) = stem(OTHERS) {
            return Some(Self::Other { subject });
        }
        CHECKSUMS.iter().find_map(|(suffix, algorithm)| {
            Some(Self::Checksum { subject: name.stem(suffix)?, algorithm: *algorithm })
        })
    }

    /// The name of the one file that the sidecar is beside.
    #[must_use]
    pub(crate) const fn subject(self) -> Option<&'a str> {
        match self {
            Self::ChecksumList | Self::Feed => None,
            Self::Checksum { subject, .. }
            | Self::Signature { subject }
            | Self::Certificate { subject }
            | Self::Other { subject } => Some(subject),
        }
    }
}

/// Whether a name is that of a sidecar.
#[must_use]
pub(crate) fn is_sidecar(name: &FileName) -> bool {
    SidecarKind::of(name).is_some()
}

/// The name of the file that a sidecar speaks of: `foo.whl` for
/// `foo.whl.publish.attestation`. None if the name is not that of a sidecar, or
/// is that of a list.
#[must_use]
pub(crate) fn subject_of(name: &FileName) -> Option<&str> {
    SidecarKind::of(name)?.subject()
}

/// Whether it signs or attests its subject, which then cannot be renamed.
#[must_use]
pub(crate) fn is_attestation_or_signature(name: &FileName) -> bool {
    matches!(SidecarKind::of(name), Some(SidecarKind::Signature { .. }))
}

/// Whether a name is that of a list of digests: `SHA256SUMS`, or
/// `foo_1.0_checksums.txt`.
#[must_use]
pub(crate) fn is_checksum_list(name: &FileName) -> bool {
    is_one_of(name, LISTS)
}

/// The algorithm that the name of a list of digests says. None if it says
/// none, as `checksums.txt`.
#[must_use]
pub(crate) fn list_algorithm(name: &FileName) -> Option<ChecksumAlgorithm> {
    let name = name.as_str().to_ascii_lowercase();
    let words = [
        ("sha256", "sha256"),
        ("shasums256", "sha256"),
        ("sha384", "sha384"),
        ("sha512", "sha512"),
        ("sha1", "sha1"),
        ("md5", "md5"),
        ("b2sums", "b2"),
    ];
    let (_, algorithm) = words.iter().find(|(word, _)| name.contains(word))?;
    ChecksumAlgorithm::by_name(algorithm)
}

/// Whether a name is that of an update feed: `latest.yml`, `latest-mac.yml`,
/// `RELEASES`, `appcast.xml`.
fn is_feed(name: &FileName) -> bool {
    let stem = name.stem(".yml").map(str::to_ascii_lowercase);
    let channel = stem.as_deref().and_then(|stem| {
        ["latest", "beta", "alpha"].into_iter().find_map(|channel| stem.strip_prefix(channel))
    });
    FEEDS.iter().any(|feed| name.as_str().eq_ignore_ascii_case(feed))
        || channel
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("-mac") || rest.starts_with("-linux"))
}

/// Whether a name is one of these, or ends with one after a separator, without
/// regard to ASCII case.
fn is_one_of(name: &FileName, names: &[&str]) -> bool {
    names.iter().any(|end| {
        name.as_str().eq_ignore_ascii_case(end)
            || name.stem(end).is_some_and(|stem| stem.ends_with(['-', '_', '.']))
    })
}

/// What a sidecar declares, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SidecarContents {
    /// Digests, of one file or several.
    Checksums(Result<Checksums, ChecksumsError>),
    /// A signature or attestation, and the digests that it shows.
    Signature(Vec<AttestedSubject>),
    /// A public key, which describes no file.
    PublicKey,
    /// An update feed's text.
    Feed(String),
    /// What is not looked into.
    Opaque,
}

impl SidecarContents {
    /// How many bytes are needed of a sidecar of that name; no more is read.
    #[must_use]
    pub(crate) fn max_bytes(name: &FileName) -> u64 {
        match SidecarKind::of(name) {
            // One more shows that there are too many.
            Some(SidecarKind::ChecksumList | SidecarKind::Checksum { .. }) => checksums::MAX_BYTES + 1,
            Some(SidecarKind::Signature { .. }) => statement::MAX_BYTES,
            Some(SidecarKind::Feed) => MAX_FEED_BYTES,
            Some(SidecarKind::Certificate { .. } | SidecarKind::Other { .. }) | None => 0,
        }
    }

    /// What the bytes of a sidecar of that name declare.
    #[must_use]
    pub(crate) fn read(name: &FileName, bytes: &[u8]) -> Self {
        match SidecarKind::of(name) {
            Some(SidecarKind::ChecksumList | SidecarKind::Checksum { algorithm: Some(_), .. }) => {
                Self::Checksums(Checksums::read(bytes))
            }
            Some(SidecarKind::Signature { .. }) if is_public_key(bytes) => Self::PublicKey,
            Some(SidecarKind::Signature { .. }) => Self::Signature(attested_subjects(bytes)),
            Some(SidecarKind::Feed) => Self::Feed(String::from_utf8_lossy(bytes).into_owned()),
            _ => Self::Opaque,
        }
    }
}

/// Whether these are the bytes of a public key in ASCII armor (RFC 9580).
fn is_public_key(bytes: &[u8]) -> bool {
    const KEY: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
    bytes.windows(KEY.len()).take(4096).any(|window| window == KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        for (name, subject, signs) in [
            ("foo-1.0-py3-none-any.whl.publish.attestation", Some("foo-1.0-py3-none-any.whl"), true),
            ("foo.tar.gz.sigstore.json", Some("foo.tar.gz"), true),
            ("foo.tar.gz.sigstore", Some("foo.tar.gz"), true),
            ("foo.tar.gz.asc", Some("foo.tar.gz"), true),
            ("foo.exe.minisig", Some("foo.exe"), true),
            ("foo.exe.bundle", Some("foo.exe"), true),
            ("multiple.intoto.jsonl", Some("multiple"), true),
            ("SHA256SUMS.sig", Some("SHA256SUMS"), true),
            ("foo.exe.SHA256", Some("foo.exe"), false),
            ("foo.tar.gz.sha3-256", Some("foo.tar.gz"), false),
            ("foo.tar.gz.blake3", Some("foo.tar.gz"), false),
            ("foo.cdx.json", Some("foo"), false),
            ("foo.spdx.json", Some("foo"), false),
            ("foo.pem", Some("foo"), false),
            ("Foo.exe.blockmap", Some("Foo.exe"), false),
            (".asc", None, false),
            ("foo.json", None, false),
            ("SHA256SUMS", None, false),
            ("latest.yml", None, false),
        ] {
            let name: FileName = name.parse().unwrap();
            assert_eq!(subject_of(&name), subject, "{name}");
            assert_eq!(is_attestation_or_signature(&name), signs, "{name}");
        }
    }

    #[test]
    fn lists() {
        for name in [
            "SHA256SUMS",
            "B2SUMS",
            "foo_1.0_SHA256SUMS",
            "foo-1.0-checksums.txt",
            "sha256.sum",
            "checksums.txt",
            "tool.zip.sha256.txt",
        ] {
            let name: FileName = name.parse().unwrap();
            assert!(is_checksum_list(&name) && is_sidecar(&name), "{name}");
        }
        for name in ["notchecksums.txt", "SHA256SUMS.zip", "sum"] {
            assert!(!is_checksum_list(&name.parse().unwrap()), "{name}");
        }
    }

    #[test]
    fn feeds() {
        for name in ["latest.yml", "latest-mac.yml", "latest-linux-arm64.yml", "RELEASES", "appcast.xml"] {
            assert_eq!(SidecarKind::of(&name.parse().unwrap()), Some(SidecarKind::Feed), "{name}");
        }
        for name in ["tool.yml", "latest.txt", "latestnews.yml", "releases.md", "RELEASES-old"] {
            assert_eq!(SidecarKind::of(&name.parse().unwrap()), None, "{name}");
        }
    }

    #[test]
    fn public_keys_sign_nothing() {
        let name: FileName = "KEYS.asc".parse().unwrap();
        let key = b"Our keys:\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
        assert_eq!(SidecarContents::read(&name, key), SidecarContents::PublicKey);
        let signature = b"-----BEGIN PGP SIGNATURE-----\n";
        assert_eq!(SidecarContents::read(&name, signature), SidecarContents::Signature(Vec::new()));
    }
}
