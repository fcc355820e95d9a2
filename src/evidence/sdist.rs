//! What a source distribution holds, as far as any rule asks for it.

use crate::evidence::private::PrivateFiles;
use crate::evidence::prohibited::ProhibitedFiles;
use crate::sample::Sample;

/// What is known of the inside of a source distribution besides its PKG-INFO.
#[derive(Debug, Clone, Default)]
pub struct SdistContents {
    /// The one folder at its top.
    pub top: String,
    /// Licence files that PKG-INFO names and that are not there.
    pub missing_licenses: Sample<String>,
    /// Files with holes, which are not their content here.
    pub sparse: Sample<String>,
    /// Whether it could be read as a zip.
    pub is_zip: bool,
    /// The name of its PKG-INFO as stored, if that is not `{top}/PKG-INFO` to
    /// the letter.
    pub odd_pkg_info: Option<String>,
    /// Files that PyPI's scanner does not accept.
    pub prohibited: ProhibitedFiles,
    /// What is private by its nature.
    pub(crate) private: PrivateFiles,
}
