//! Why a run ended without a result, and whose fault it was.

use std::error::Error;

use crate::disk::staging::StagingError;
use crate::release::verify::VerifyError;
use crate::rule::finding::Finding;
use crate::source::SourceError;

/// Why a run ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The inputs are wrong.
    #[error("{0}")]
    Input(String),
    /// The source gave an answer that stops the release before its files could
    /// be judged.
    #[error("the source refuses the artifacts")]
    Refused(Vec<Finding>),
    /// The disk, the network, a service or this program failed.
    #[error("{what}")]
    Fault {
        /// What was being done.
        what: String,
        /// What to do, where more than the cause is known.
        remedy: Option<String>,
        /// Why it failed.
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Failure {
    /// A fault with its cause.
    pub fn fault(what: impl Into<String>, cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Fault { what: what.into(), remedy: None, cause: Some(Box::new(cause)) }
    }
}

impl From<StagingError> for Failure {
    fn from(error: StagingError) -> Self {
        match error {
            StagingError::Output(_) | StagingError::NotOurs(_) => Self::Input(error.to_string()),
            StagingError::Busy(_) => Self::Fault {
                what: error.to_string(),
                remedy: Some("Wait for it to end, or give this run an output-dir of its own.".into()),
                cause: None,
            },
            StagingError::Blocked { what, remedy, cause } => {
                Self::Fault { what, remedy: Some(remedy.to_owned()), cause: Some(Box::new(cause)) }
            }
            StagingError::NotThere(_) => Self::Fault {
                what: error.to_string(),
                remedy: Some(
                    "Choose an output-dir on another file system; a folder shared with a virtual machine may be one that does this."
                        .to_owned(),
                ),
                cause: None,
            },
            StagingError::Dir(error) => Self::fault("the release cannot be staged", error),
            error => Self::fault("the release cannot be staged", error),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::fault("the release cannot be verified", error)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Input(message) => Self::Input(message),
            SourceError::Refused(findings) => Self::Refused(findings),
            SourceError::Fault { what, remedy, cause } => Self::Fault { what, remedy, cause },
        }
    }
}
