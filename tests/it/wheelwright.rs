//! Wheels, built in code: honest ones, and others that are wrong in one thing.

use std::fmt::Write as _;
use std::rc::Rc;

use data_encoding::BASE64URL_NOPAD;
use sha2::Digest as _;

use crate::fixture::{Entry, zip_of};

/// What is done to the rows of a RECORD.
type Rows = dyn Fn(Vec<String>) -> Vec<String>;

/// A wheel in the making. It starts out as what a build backend would write:
/// a module, METADATA, WHEEL, and a RECORD that fits once it is built.
#[derive(Clone)]
pub(crate) struct Wheelwright {
    file_name: String,
    dist_info: String,
    entries: Vec<Entry>,
    record: Option<Rc<Rows>>,
    has_record: bool,
}

impl std::fmt::Debug for Wheelwright {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file_name)
    }
}

impl Wheelwright {
    /// A wheel of this name.
    pub(crate) fn new(file_name: &str) -> Self {
        let parts: Vec<_> = file_name.trim_end_matches(".whl").split('-').collect();
        let (project, version) = (parts[0], parts[1]);
        let tags: Vec<Vec<&str>> =
            parts[parts.len() - 3..].iter().map(|part| part.split('.').collect()).collect();
        let mut lines = String::new();
        for python in &tags[0] {
            for abi in &tags[1] {
                for platform in &tags[2] {
                    writeln!(lines, "Tag: {python}-{abi}-{platform}").unwrap();
                }
            }
        }
        let build = if parts.len() == 6 { format!("Build: {}\n", parts[2]) } else { String::new() };
        let wheel = Self {
            file_name: file_name.to_owned(),
            dist_info: format!("{project}-{version}.dist-info"),
            entries: Vec::new(),
            record: None,
            has_record: true,
        };
        wheel
            // So that no two are the same to the byte.
            .file("module.py", format!("# {file_name}\n"))
            .metadata(&format!("Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"))
            .wheel(&format!(
                "Wheel-Version: 1.0\nGenerator: fixture 1\nRoot-Is-Purelib: true\n{build}{lines}"
            ))
    }

    /// Another `.dist-info` folder for what is added from here on, and for
    /// what there is.
    pub(crate) fn dist_info(mut self, folder: &str) -> Self {
        let old = std::mem::replace(&mut self.dist_info, folder.to_owned());
        for entry in &mut self.entries {
            let name = String::from_utf8(entry.name.clone()).unwrap();
            if let Some(rest) = name.strip_prefix(&old) {
                entry.name = format!("{folder}{rest}").into_bytes();
                entry.local_name = entry.name.clone();
            }
        }
        self
    }

    /// A file; `{}` in its path is the `.dist-info` folder.
    pub(crate) fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = path.replace("{}", &self.dist_info);
        self.entry(Entry::deflated(&path, bytes.as_ref()))
    }

    /// An entry, in the place of one of that name.
    pub(crate) fn entry(mut self, entry: Entry) -> Self {
        match self.entries.iter_mut().find(|there| there.name == entry.name) {
            Some(there) => *there = entry,
            None => self.entries.push(entry),
        }
        self
    }

    /// Without that file.
    pub(crate) fn without(mut self, path: &str) -> Self {
        if path == "{}/RECORD" {
            self.has_record = false;
        }
        let path = path.replace("{}", &self.dist_info);
        self.entries.retain(|entry| entry.name != path.as_bytes());
        self
    }

    /// Another METADATA.
    pub(crate) fn metadata(self, text: &str) -> Self {
        self.file("{}/METADATA", text)
    }

    /// Another WHEEL.
    pub(crate) fn wheel(self, text: &str) -> Self {
        self.file("{}/WHEEL", text)
    }

    /// A RECORD of which the rows go through this.
    pub(crate) fn record(mut self, change: impl Fn(Vec<String>) -> Vec<String> + 'static) -> Self {
        self.record = Some(Rc::new(change));
        self
    }

    /// The wheel with another file before all others.
    pub(crate) fn led_by(&self, first: Entry) -> Vec<u8> {
        let mut wheel = self.clone();
        wheel.entries.insert(0, first);
        wheel.build()
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> &str {
        &self.file_name
    }

    /// What `edit` makes of every entry, RECORD too, before they are packed.
    pub(crate) fn packed(&self, edit: impl FnMut(&mut Entry)) -> Vec<u8> {
        let mut entries = self.finished();
        entries.iter_mut().for_each(edit);
        zip_of(&entries)
    }

    /// The wheel.
    pub(crate) fn build(&self) -> Vec<u8> {
        zip_of(&self.finished())
    }

    fn finished(&self) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        if self.has_record {
            let record = format!("{}/RECORD", self.dist_info);
            let mut rows: Vec<String> = entries.iter().filter(|entry| !entry.is_folder()).map(row).collect();
            rows.push(format!("{record},,"));
            if let Some(change) = &self.record {
                rows = change(rows);
            }
            entries.push(Entry::deflated(&record, (rows.join("\n") + "\n").as_bytes()));
        }
        entries
    }
}

fn row(entry: &Entry) -> String {
    let bytes = entry.unpacked();
    let digest = BASE64URL_NOPAD.encode(&sha2::Sha256::digest(&bytes));
    format!("{},sha256={digest},{}", String::from_utf8(entry.name.clone()).unwrap(), bytes.len())
}
