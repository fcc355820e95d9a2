//! The digests that signatures and attestations name, where their format
//! shows them: Sigstore bundles, in-toto statements alone or in a DSSE envelope
//! or a PEP 740 attestation, cosign's older bundles. Signatures are not
//! verified: that needs keys or a trust root.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use data_encoding::{BASE64, HEXLOWER};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::algorithm::ChecksumAlgorithm;
use crate::filename::MAX_NAME_BYTES;

/// The most bytes of an attestation that is looked into.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// The most digests of an attestation that is looked into. Those of GitHub have
/// at most 1024.
const MAX_SUBJECTS: usize = 10_000;

/// The most characters of a digest: those of a SHA-512.
const MAX_DIGEST: usize = 128;

/// A digest that an attestation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedSubject {
    /// The file's name, perhaps with a path before it; none where the format
    /// has no names.
    pub name: Option<String>,
    /// The algorithm.
    pub algorithm: ChecksumAlgorithm,
    /// In lower-case hexadecimal.
    pub digest: String,
}

impl AttestedSubject {
    /// The file's name without the path before it.
    #[must_use]
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.name.as_deref().and_then(|name| name.rsplit('/').next()).filter(|name| !name.is_empty())
    }
}

/// The digests that an attestation names, in JSON or a JSON value a line. Empty
/// if it is neither, is of a format that shows no digests, or shows more than
/// [`MAX_SUBJECTS`].
#[must_use]
pub(crate) fn attested_subjects(bytes: &[u8]) -> Vec<AttestedSubject> {
    let mut subjects = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Object<Attestation<'_>>>() {
        let Ok(Object(attestation)) = value else { break };
        attestation.collect(&mut subjects);
        if subjects.len() > MAX_SUBJECTS {
            return Vec::new();
        }
    }
    subjects
}

/// What is read of an attestation, of whatever format it is. Nothing is kept of
/// the rest, which may be much: a bill of materials.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Attestation<'a> {
    /// An in-toto statement.
    subject: Subjects,
    /// A DSSE envelope.
    #[serde(borrow)]
    payload: Text<'a>,
    /// A Sigstore bundle of a statement.
    dsse_envelope: Object<Envelope<'a>>,
    /// A PEP 740 attestation.
    envelope: Object<Envelope<'a>>,
    /// A Sigstore bundle of a signature over the bytes themselves.
    message_signature: Object<MessageSignature<'a>>,
    /// An older bundle of cosign.
    rekor_bundle: Object<RekorBundle<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Text<'a>,
    statement: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct MessageSignature<'a> {
    #[serde(borrow)]
    message_digest: Object<Hash<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RekorBundle<'a> {
    #[serde(borrow, rename = "Payload")]
    payload: Object<RekorPayload<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RekorPayload<'a> {
    #[serde(borrow)]
    body: Text<'a>,
}

/// An entry of Rekor's log.
#[derive(Deserialize, Default)]
#[serde(default)]
struct LogEntry<'a> {
    #[serde(borrow)]
    spec: Object<LogSpec<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LogSpec<'a> {
    #[serde(borrow)]
    data: Object<LogData<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LogData<'a> {
    #[serde(borrow)]
    hash: Object<Hash<'a>>,
}

/// A digest and its algorithm.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Hash<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(alias = "value")]
    digest: Text<'a>,
}

/// An in-toto statement.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Statement {
    subject: Subjects,
}

/// A subject of an in-toto statement.
#[derive(Deserialize, Default)]
#[serde(default)]
struct StatementSubject<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    digest: Object<Digests<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Digests<'a> {
    #[serde(borrow)]
    sha256: Text<'a>,
    sha512: Text<'a>,
}

impl Attestation<'_> {
    fn collect(self, subjects: &mut Vec<AttestedSubject>) {
        subjects.extend(self.subject.0);
        let Object(Envelope { statement, .. }) = self.envelope;
        for payload in [self.dsse_envelope.0.payload, self.payload, statement] {
            let decoded = payload.decoded();
            if let Ok(Object(statement)) = serde_json::from_slice::<Object<Statement>>(&decoded) {
                subjects.extend(statement.subject.0);
            }
        }
        let Object(MessageSignature { message_digest: Object(hash) }) = self.message_signature;
        if let Some(algorithm) = hash.algorithm.0.and_then(|name| ChecksumAlgorithm::by_name(&name)) {
            let digest = hash.digest.0.filter(|digest| digest.len() <= MAX_DIGEST);
            let digest = digest.and_then(|digest| BASE64.decode(digest.as_bytes()).ok());
            subjects.extend(digest.map(|digest| AttestedSubject {
                name: None,
                algorithm,
                digest: HEXLOWER.encode(&digest),
            }));
        }
        let decoded = self.rekor_bundle.0.payload.0.body.decoded();
        if let Ok(Object(entry)) = serde_json::from_slice::<Object<LogEntry<'_>>>(&decoded) {
            let Object(Hash { algorithm, digest }) = entry.spec.0.data.0.hash;
            let algorithm = algorithm.0.and_then(|name| ChecksumAlgorithm::by_name(&name));
            subjects.extend(algorithm.and_then(|algorithm| attested(None, algorithm, digest)));
        }
    }
}

impl StatementSubject<'_> {
    fn read(self) -> Option<AttestedSubject> {
        let Object(Digests { sha256, sha512 }) = self.digest;
        let (algorithm, digest) = match (sha256, sha512) {
            (digest @ Text(Some(_)), _) => ("sha256", digest),
            (_, digest) => ("sha512", digest),
        };
        attested(self.name.0.as_deref(), ChecksumAlgorithm::by_name(algorithm)?, digest)
    }
}

/// A subject. None if its digest is longer than any; of a name that no file can
/// have nothing is kept but what follows the last `/`.
fn attested(name: Option<&str>, algorithm: ChecksumAlgorithm, digest: Text<'_>) -> Option<AttestedSubject> {
    let digest = digest.0.filter(|digest| digest.len() <= MAX_DIGEST)?.to_ascii_lowercase();
    let shortened = |name: &str| match name.rsplit_once('/') {
        Some((_, last)) if name.len() > MAX_NAME_BYTES => last.to_owned(),
        _ => name.to_owned(),
    };
    let name = name.map(shortened).filter(|name| name.len() <= MAX_NAME_BYTES);
    Some(AttestedSubject { name, algorithm, digest })
}

/// An object; whatever else stands there is as good as an empty one.
#[derive(Default)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Lenient<'de> for Object<T> {
    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Self)
    }
}

/// A text; none if something else stands there.
#[derive(Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl Text<'_> {
    /// The bytes that it says in base 64; empty if it says none.
    fn decoded(&self) -> Vec<u8> {
        self.0.as_ref().and_then(|text| BASE64.decode(text.as_bytes()).ok()).unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

impl<'de: 'a, 'a> Lenient<'de> for Text<'a> {
    fn of_text(text: Cow<'de, str>) -> Self {
        Self(Some(text))
    }
}

/// The subjects of a statement, one more than [`MAX_SUBJECTS`] at the most.
#[derive(Default)]
struct Subjects(Vec<AttestedSubject>);

impl<'de> Deserialize<'de> for Subjects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

impl<'de> Lenient<'de> for Subjects {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut subjects = Vec::new();
        while let Some(Object(subject)) = list.next_element::<Object<StatementSubject<'_>>>()? {
            if subjects.len() <= MAX_SUBJECTS {
                subjects.extend(subject.read());
            }
        }
        Ok(Self(subjects))
    }
}

/// What is read of one kind of value, and is the default for every other.
trait Lenient<'de>: Default {
    fn of_text(_: Cow<'de, str>) -> Self {
        Self::default()
    }

    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn of_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for AnyValue<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::of_text(text.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::of_text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::of_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_map(map)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn statement() -> Value {
        json!({"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "tool.zip", "digest": {"sha256": HEX}}]})
    }

    #[test]
    fn formats() {
        let encoded = BASE64.encode(statement().to_string().as_bytes());
        let digest = BASE64.encode(&HEXLOWER.decode(HEX.as_bytes()).unwrap());
        let entry = json!({"spec": {"data": {"hash": {"algorithm": "sha256", "value": HEX}}}});
        let body = BASE64.encode(entry.to_string().as_bytes());
        for (value, name) in [
            (statement(), Some("tool.zip")),
            (json!({"payloadType": "application/vnd.in-toto+json", "payload": encoded}), Some("tool.zip")),
            (
                json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {"payload": encoded}}),
                Some("tool.zip"),
            ),
            (json!({"version": 1, "envelope": {"statement": encoded, "signature": "x"}}), Some("tool.zip")),
            (
                json!({"messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": digest}}}),
                None,
            ),
            (json!({"base64Signature": "x", "rekorBundle": {"Payload": {"body": body}}}), None),
        ] {
            let subjects = attested_subjects(value.to_string().as_bytes());
            let [subject] = subjects.as_slice() else { panic!("{value}: {subjects:?}") };
            assert_eq!((subject.name.as_deref(), subject.digest.as_str()), (name, HEX), "{value}");
        }
    }

    #[test]
    fn lines_of_json() {
        let line = statement().to_string();
        assert_eq!(attested_subjects(format!("{line}\n{line}\n").as_bytes()).len(), 2);
        for other in ["", "{}", "x", "[1]", "{\"payload\": \"??\"}", "{\"subject\": [{\"name\": \"x\"}]}"] {
            assert_eq!(attested_subjects(other.as_bytes()), [], "{other}");
        }
    }

    /// Of what is much and is no subject nothing is kept.
    #[test]
    fn too_many_subjects() {
        let text = |count: usize| {
            let subject = format!("{{\"name\":\"a\",\"digest\":{{\"sha256\":\"{HEX}\"}}}}");
            format!("{{\"predicate\":[[],1,null,{{}}],\"subject\":[{}]}}", vec![subject; count].join(","))
        };
        assert_eq!(attested_subjects(text(MAX_SUBJECTS).as_bytes()).len(), MAX_SUBJECTS);
        assert_eq!(attested_subjects(text(MAX_SUBJECTS + 1).as_bytes()), []);
        let long = format!("{}/{}", "d".repeat(5000), "tool.zip");
        let named = json!({"subject": [{"name": long, "digest": {"sha256": HEX}}]}).to_string();
        assert_eq!(attested_subjects(named.as_bytes())[0].file_name(), Some("tool.zip"));
        let digest = json!({"subject": [{"name": "a", "digest": {"sha256": "0".repeat(200)}}]}).to_string();
        assert_eq!(attested_subjects(digest.as_bytes()), []);
    }
}
