//! The digests that signatures and attestations name, where their format
//! shows them: Sigstore bundles, in-toto statements alone or in a DSSE envelope
//! or a PEP 740 attestation, cosign's older bundles. Signatures are not
//! verified: that needs keys or a trust root.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use super::algorithm::ChecksumAlgorithm;

/// The most bytes of an attestation that is looked into.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

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

/// The digests that an attestation names, in JSON or a JSON value a line. None
/// if it is neither, or of a format that shows no digests.
#[must_use]
pub(crate) fn attested_subjects(bytes: &[u8]) -> Vec<AttestedSubject> {
    let mut subjects = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let Ok(value) = value else { break };
        collect(&value, &mut subjects);
    }
    subjects
}

fn collect(value: &Value, subjects: &mut Vec<AttestedSubject>) {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    // An in-toto statement.
    if let Some(listed) = value.get("subject").and_then(Value::as_array) {
        subjects.extend(listed.iter().filter_map(of_statement));
    }
    // A Sigstore bundle, a DSSE envelope, a PEP 740 attestation.
    for payload in ["/dsseEnvelope/payload", "/payload", "/envelope/statement"] {
        if let Some(statement) = text(payload).and_then(json_in_base64) {
            collect_statement(&statement, subjects);
        }
    }
    // A Sigstore bundle of a signature over the bytes themselves.
    if let Some(digest) = text("/messageSignature/messageDigest/digest") {
        let algorithm = text("/messageSignature/messageDigest/algorithm");
        subjects.extend(algorithm.and_then(ChecksumAlgorithm::by_name).and_then(|algorithm| {
            let digest = HEXLOWER.encode(&BASE64.decode(digest.as_bytes()).ok()?);
            Some(AttestedSubject { name: None, algorithm, digest })
        }));
    }
    // The log entry in an older bundle of cosign.
    if let Some(entry) = text("/rekorBundle/Payload/body").and_then(json_in_base64)
        && let Some(hash) = entry.pointer("/spec/data/hash")
        && let (Some(algorithm), Some(digest)) =
            (hash.get("algorithm").and_then(Value::as_str), hash.get("value").and_then(Value::as_str))
        && let Some(algorithm) = ChecksumAlgorithm::by_name(algorithm)
    {
        subjects.push(AttestedSubject { name: None, algorithm, digest: digest.to_ascii_lowercase() });
    }
}

fn collect_statement(statement: &Value, subjects: &mut Vec<AttestedSubject>) {
    if let Some(listed) = statement.get("subject").and_then(Value::as_array) {
        subjects.extend(listed.iter().filter_map(of_statement));
    }
}

/// One subject of an in-toto statement, by the strongest digest that it has.
fn of_statement(subject: &Value) -> Option<AttestedSubject> {
    let digests = subject.get("digest")?.as_object()?;
    let (algorithm, digest) = ["sha256", "sha512"].into_iter().find_map(|name| {
        let digest = digests.get(name)?.as_str()?;
        Some((ChecksumAlgorithm::by_name(name)?, digest.to_ascii_lowercase()))
    })?;
    let name = subject.get("name").and_then(Value::as_str).map(str::to_owned);
    Some(AttestedSubject { name, algorithm, digest })
}

fn json_in_base64(text: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64.decode(text.as_bytes()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
