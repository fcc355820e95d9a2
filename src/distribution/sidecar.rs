//! Sidecars: files that speak of another file, or of all of them: digests,
//! signatures, attestations, certificates, bills of materials.

use crate::filename::FileName;

/// Suffixes of signatures and attestations. They hold for a file under its
/// name.
const SIGNATURES: &[&str] = &[
    ".publish.attestation",
    ".attestation",
    ".sigstore.json",
    ".sigstore",
    ".intoto.jsonl",
    ".asc",
    ".sig",
    ".minisig",
];

/// Suffixes of everything else that stands beside a file, longer ones first.
const OTHERS: &[&str] = &[
    ".sha256sum",
    ".sha512sum",
    ".sha256",
    ".sha512",
    ".sha384",
    ".sha1",
    ".md5",
    ".b2sum",
    ".b2",
    ".blake2b",
    ".blake3",
    ".b3",
    ".pem",
    ".crt",
    ".cert",
    ".cdx.json",
    ".cdx.xml",
    ".cyclonedx.json",
    ".cyclonedx.xml",
    ".spdx.json",
    ".spdx.rdf",
    ".spdx",
    ".bom.json",
    ".sbom.json",
    ".sbom",
];

/// Names, and ends of names, of lists of digests (ASCII case aside).
const LISTS: &[&str] = &[
    "sha256sums",
    "sha512sums",
    "sha1sums",
    "md5sums",
    "b2sums",
    "sha256sums.txt",
    "sha512sums.txt",
    "sha1sums.txt",
    "md5sums.txt",
    "b2sums.txt",
    "shasums256.txt",
    "checksums.txt",
    "checksums",
    "sha256.sum",
    "sha512.sum",
    "sha256.txt",
    "sha512.txt",
];

/// Whether a name is that of a sidecar.
#[must_use]
pub(crate) fn is_sidecar(name: &FileName) -> bool {
    subject_of(name).is_some() || is_checksum_list(name)
}

/// The name of the file that a sidecar speaks of: `foo.whl` for
/// `foo.whl.publish.attestation`. Nothing if the name is none of a sidecar, or
/// that of a list.
#[must_use]
pub(crate) fn subject_of(name: &FileName) -> Option<&str> {
    SIGNATURES.iter().chain(OTHERS).find_map(|suffix| name.stem(suffix))
}

/// Whether it signs or attests its subject, which then cannot be renamed.
#[must_use]
pub(crate) fn is_attestation_or_signature(name: &FileName) -> bool {
    SIGNATURES.iter().any(|suffix| name.has_suffix(suffix))
}

/// Whether a name is that of a list of digests: `SHA256SUMS`, or
/// `foo_1.0_checksums.txt`.
#[must_use]
pub(crate) fn is_checksum_list(name: &FileName) -> bool {
    LISTS.iter().any(|list| {
        name.as_str().eq_ignore_ascii_case(list)
            || name.stem(list).is_some_and(|stem| stem.ends_with(['-', '_', '.']))
    })
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
            ("multiple.intoto.jsonl", Some("multiple"), true),
            ("SHA256SUMS.sig", Some("SHA256SUMS"), true),
            ("foo.exe.SHA256", Some("foo.exe"), false),
            ("foo.cdx.json", Some("foo"), false),
            ("foo.spdx.json", Some("foo"), false),
            ("foo.pem", Some("foo"), false),
            (".asc", None, false),
            ("foo.json", None, false),
            ("SHA256SUMS", None, false),
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
        ] {
            let name: FileName = name.parse().unwrap();
            assert!(is_checksum_list(&name) && is_sidecar(&name), "{name}");
        }
        for name in ["notchecksums.txt", "SHA256SUMS.zip", "sum"] {
            assert!(!is_checksum_list(&name.parse().unwrap()), "{name}");
        }
    }
}
