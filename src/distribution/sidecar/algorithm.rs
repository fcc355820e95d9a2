//! The digest algorithms of checksum files, by the names that files and lines
//! give them.

use std::fmt;
use std::io::{self, Read};

use data_encoding::HEXLOWER;
use sha2::Digest;

/// A digest algorithm that a checksum file can be verified by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChecksumAlgorithm {
    /// RFC 1321.
    Md5,
    /// FIPS 180-4.
    Sha1,
    /// FIPS 180-4.
    Sha224,
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha384,
    /// FIPS 180-4.
    Sha512,
    /// FIPS 202, 256 bits.
    Sha3_256,
    /// FIPS 202, 512 bits.
    Sha3_512,
    /// RFC 7693, 512 bits, as `b2sum` writes it.
    Blake2b,
    /// RFC 7693, 256 bits.
    Blake2s,
}

impl ChecksumAlgorithm {
    /// All of them; of equal length the usual one first.
    const ALL: [Self; 10] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha3_256,
        Self::Sha3_512,
        Self::Blake2b,
        Self::Blake2s,
    ];

    /// How many hexadecimal digits a digest has.
    #[must_use]
    pub(crate) const fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha224 => 56,
            Self::Sha256 | Self::Sha3_256 | Self::Blake2s => 64,
            Self::Sha384 => 96,
            Self::Sha512 | Self::Sha3_512 | Self::Blake2b => 128,
        }
    }

    /// The algorithms whose digests have so many digits, the usual ones first.
    #[must_use]
    pub(crate) fn of_digits(digits: usize) -> Vec<Self> {
        Self::ALL.into_iter().filter(|algorithm| algorithm.digits() == digits).collect()
    }

    /// The algorithm of that name, as tags of lines spell it: `SHA256`,
    /// `SHA2-256`, `BLAKE2b`.
    #[must_use]
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let kept = name.chars().filter(char::is_ascii_alphanumeric).take(16);
        let name: String = kept.map(|c| c.to_ascii_lowercase()).collect();
        Some(match name.as_str() {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" | "sha2224" => Self::Sha224,
            "sha256" | "sha2256" => Self::Sha256,
            "sha384" | "sha2384" => Self::Sha384,
            "sha512" | "sha2512" => Self::Sha512,
            "sha3256" => Self::Sha3_256,
            "sha3512" => Self::Sha3_512,
            "b2" | "blake2b" | "blake2b512" => Self::Blake2b,
            "blake2s" | "blake2s256" => Self::Blake2s,
            _ => return None,
        })
    }

    /// The digest of all that a reader gives, in lower-case hexadecimal.
    ///
    /// # Errors
    /// The reader's.
    pub(crate) fn digest(self, reader: &mut dyn Read) -> io::Result<String> {
        match self {
            Self::Md5 => digest::<md5::Md5>(reader),
            Self::Sha1 => digest::<sha1::Sha1>(reader),
            Self::Sha224 => digest::<sha2::Sha224>(reader),
            Self::Sha256 => digest::<sha2::Sha256>(reader),
            Self::Sha384 => digest::<sha2::Sha384>(reader),
            Self::Sha512 => digest::<sha2::Sha512>(reader),
            Self::Sha3_256 => digest::<sha3::Sha3_256>(reader),
            Self::Sha3_512 => digest::<sha3::Sha3_512>(reader),
            Self::Blake2b => digest::<blake2::Blake2b512>(reader),
            Self::Blake2s => digest::<blake2::Blake2s256>(reader),
        }
    }
}

impl fmt::Display for ChecksumAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_512 => "SHA3-512",
            Self::Blake2b => "BLAKE2b",
            Self::Blake2s => "BLAKE2s",
        })
    }
}

fn digest<D: Digest>(reader: &mut dyn Read) -> io::Result<String> {
    let mut hasher = D::new();
    let mut block = vec![0; 128 << 10];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(HEXLOWER.encode(&hasher.finalize())),
            Ok(read) => hasher.update(block.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests of `abc`, from the algorithms' specifications.
    #[test]
    fn known_answers() {
        use ChecksumAlgorithm::{Blake2s, Md5, Sha1, Sha3_256, Sha224, Sha256};
        for (algorithm, digest) in [
            (Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            (Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
            (Blake2s, "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
        ] {
            assert_eq!(algorithm.digest(&mut &b"abc"[..]).unwrap(), digest, "{algorithm}");
        }
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(algorithm.digest(&mut &b""[..]).unwrap().len(), algorithm.digits(), "{algorithm}");
            assert_eq!(ChecksumAlgorithm::by_name(&algorithm.to_string()), Some(algorithm));
        }
    }

    #[test]
    fn names_and_lengths() {
        assert_eq!(ChecksumAlgorithm::of_digits(64).first(), Some(&ChecksumAlgorithm::Sha256));
        assert_eq!(ChecksumAlgorithm::of_digits(128).first(), Some(&ChecksumAlgorithm::Sha512));
        assert!(ChecksumAlgorithm::of_digits(63).is_empty());
        assert_eq!(ChecksumAlgorithm::by_name("SHA2-256"), Some(ChecksumAlgorithm::Sha256));
        assert_eq!(ChecksumAlgorithm::by_name("CRC32"), None);
    }
}
