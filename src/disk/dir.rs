//! An open directory, below which no symbolic link is followed.
//!
//! Paths are walked a component at a time with `O_NOFOLLOW`. Everything after
//! that is relative to the open directory, so a name cannot be made to mean
//! something else between a check and its use.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rustix::fs::{self, AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// An operation on an entry of a [`Dir`] failed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {kind}")]
pub struct DirError {
    /// The path as far as it was walked.
    pub path: Utf8PathBuf,
    /// What is wrong there.
    pub kind: DirErrorKind,
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum DirErrorKind {
    /// It does not exist.
    #[error("it does not exist")]
    Missing,
    /// It is of another kind than what was to be opened.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What was to be opened.
        expected: EntryKind,
        /// What is there.
        found: EntryKind,
    },
    /// The system call's error.
    #[error("{0}")]
    Io(io::Error),
}

/// What a directory entry is. A link is never followed to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// A kind that only this system has.
    Unknown,
}

impl EntryKind {
    /// With its article, for messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Unknown => "an entry of unknown type",
        }
    }
}

impl std::fmt::Display for EntryKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice | FileType::BlockDevice => Self::Device,
            FileType::Unknown => Self::Unknown,
        }
    }
}

/// The metadata of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes; meaningful for regular files only.
    pub size: u64,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Device and inode.
    pub identity: (u64, u64),
}

/// An open directory.
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
    path: Utf8PathBuf,
}

const OPEN_DIR: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Dir {
    /// Walks to `path`, which may be absolute, relative to the current folder,
    /// and hold `..`.
    ///
    /// # Errors
    /// If a component is missing, is a link or is no folder, or cannot be
    /// opened; [`DirError::path`] names the component.
    pub fn open(path: &Utf8Path) -> Result<Self, DirError> {
        let mut components = path.components().peekable();
        let start = match components.next_if_eq(&Utf8Component::RootDir) {
            Some(root) => root.as_str(),
            None => ".",
        };
        let fd = fs::openat(CWD, start, OPEN_DIR, Mode::empty())
            .map_err(|errno| DirError { path: start.into(), kind: DirErrorKind::Io(errno.into()) })?;
        let mut dir = Self { fd, path: if start == "/" { "/".into() } else { Utf8PathBuf::new() } };
        for component in components.filter(|component| *component != Utf8Component::CurDir) {
            dir = dir.folder(component.as_str())?;
        }
        Ok(dir)
    }

    /// The path by which it was reached, for messages.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        if self.path.as_str().is_empty() { Utf8Path::new(".") } else { &self.path }
    }

    /// The entry `name`; none if it does not exist.
    ///
    /// # Errors
    /// If the system fails.
    pub fn entry(&self, name: &str) -> Result<Option<Entry>, DirError> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(entry(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.error(name, errno)),
        }
    }

    /// Whether a file system is mounted on the folder `name`, so that it can be
    /// neither moved nor replaced. On systems that do not report it, mounts of
    /// the same file system are not recognised.
    ///
    /// # Errors
    /// If the system fails.
    pub fn is_mount_point(&self, name: &str) -> Result<bool, DirError> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            let mounted = fs::StatxAttributes::MOUNT_ROOT;
            match fs::statx(&self.fd, name, flags, fs::StatxFlags::empty()) {
                Ok(stat) if stat.stx_attributes_mask.contains(mounted) => {
                    return Ok(stat.stx_attributes.contains(mounted));
                }
                Ok(_) | Err(Errno::NOSYS | Errno::PERM | Errno::NOENT) => {}
                Err(errno) => return Err(self.error(name, errno)),
            }
        }
        let (device, _) = self.identity()?;
        Ok(self.entry(name)?.is_some_and(|entry| entry.identity.0 != device))
    }

    /// Another descriptor of the same open directory.
    ///
    /// # Errors
    /// If the process has no descriptor left.
    pub fn try_clone(&self) -> Result<Self, DirError> {
        let fd = self.fd.try_clone().map_err(|error| self.io("", error))?;
        Ok(Self { fd, path: self.path.clone() })
    }

    /// Device and inode of the directory itself.
    ///
    /// # Errors
    /// If the system fails.
    pub fn identity(&self) -> Result<(u64, u64), DirError> {
        fs::fstat(&self.fd).map(|stat| entry(&stat).identity).map_err(|errno| self.error("", errno))
    }

    /// Opens the folder `name`.
    ///
    /// # Errors
    /// If it is missing, a link or no folder, or cannot be opened.
    pub fn folder(&self, name: &str) -> Result<Self, DirError> {
        let fd = fs::openat(&self.fd, name, OPEN_DIR, Mode::empty())
            .map_err(|errno| self.wrong_kind(EntryKind::Folder, name, errno))?;
        Ok(Self { fd, path: self.path.join(name) })
    }

    /// Opens the regular file `name` for reading. Never blocks on a FIFO and
    /// never touches a device.
    ///
    /// # Errors
    /// If it is missing or no regular file, or cannot be opened.
    pub fn file(&self, name: &str) -> Result<(File, Entry), DirError> {
        let regular = |entry: Entry| match entry.kind {
            EntryKind::File => Ok(entry),
            found => Err(self.unexpected(name, EntryKind::File, found)),
        };
        // Opening a device can have side effects, so the kind is checked
        // before; it is checked again because the entry may have been replaced.
        let before = self.entry(name)?;
        regular(before.ok_or_else(|| self.error(name, Errno::NOENT))?)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = fs::openat(&self.fd, name, flags, Mode::empty())
            .map_err(|errno| self.wrong_kind(EntryKind::File, name, errno))?;
        let opened = regular(entry(&fs::fstat(&fd).map_err(|errno| self.error(name, errno))?))?;
        Ok((File::from(fd), opened))
    }

    /// Makes the file `name`, which must not exist, with mode 0755 or 0644
    /// whatever the umask says.
    ///
    /// # Errors
    /// If it exists, or cannot be made.
    pub fn create(&self, name: &str, executable: bool) -> Result<File, DirError> {
        let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(&self.fd, name, flags, mode).map_err(|errno| self.error(name, errno))?;
        fs::fchmod(&fd, mode).map_err(|errno| self.error(name, errno))?;
        Ok(File::from(fd))
    }

    /// Makes and opens the folder `name` with mode 0755.
    ///
    /// # Errors
    /// If it exists ([`io::ErrorKind::AlreadyExists`]), or cannot be made.
    pub fn make_folder(&self, name: &str) -> Result<Self, DirError> {
        let mode = Mode::from_raw_mode(0o755);
        fs::mkdirat(&self.fd, name, mode).map_err(|errno| self.error(name, errno))?;
        let folder = self.folder(name)?;
        fs::fchmod(&folder.fd, mode).map_err(|errno| self.error(name, errno))?;
        Ok(folder)
    }

    /// Gives the file `name`, which must be no link, mode 0755.
    ///
    /// # Errors
    /// If the system fails.
    pub fn make_executable(&self, name: &str) -> Result<(), DirError> {
        let (file, _) = self.file(name)?;
        fs::fchmod(&file, Mode::from_raw_mode(0o755)).map_err(|errno| self.error(name, errno))
    }

    /// The names in the directory, sorted by their bytes. A name that is not
    /// UTF-8 comes as an error that shows it as far as it can be shown.
    ///
    /// # Errors
    /// If the system fails.
    pub fn names(&self) -> Result<Vec<Result<String, String>>, DirError> {
        let listing = fs::Dir::read_from(&self.fd).map_err(|errno| self.error("", errno))?;
        let mut names = Vec::new();
        for entry in listing {
            let entry = entry.map_err(|errno| self.error("", errno))?;
            match entry.file_name().to_bytes() {
                b"." | b".." => {}
                name => names.push(name.to_vec()),
            }
        }
        names.sort_unstable();
        Ok(names
            .into_iter()
            .map(|name| {
                String::from_utf8(name)
                    .map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
            })
            .collect())
    }

    /// Moves `from` to `to` in another directory, replacing a file or an empty
    /// folder there, but nothing else.
    ///
    /// # Errors
    /// If `to` is a folder with something in it, or the system fails.
    pub fn rename(&self, from: &str, target: &Self, to: &str) -> Result<(), DirError> {
        fs::renameat(&self.fd, from, &target.fd, to).map_err(|errno| target.error(to, errno))
    }

    /// Exchanges `from` with `to` in another directory in one step. Some file
    /// systems report success and exchange nothing.
    ///
    /// # Errors
    /// If one of them is missing, or the file system cannot do it
    /// ([`DirError::is_exchange_unsupported`]).
    pub fn exchange(&self, from: &str, target: &Self, to: &str) -> Result<(), DirError> {
        fs::renameat_with(&self.fd, from, &target.fd, to, RenameFlags::EXCHANGE)
            .map_err(|errno| target.error(to, errno))
    }

    /// Removes the file or link `name`, if it exists.
    ///
    /// # Errors
    /// If the system fails.
    pub fn remove_file(&self, name: &str) -> Result<(), DirError> {
        self.removed(name, AtFlags::empty())
    }

    /// Removes the empty folder `name`, if it exists.
    ///
    /// # Errors
    /// If something is in it, or the system fails.
    pub fn remove_folder(&self, name: &str) -> Result<(), DirError> {
        self.removed(name, AtFlags::REMOVEDIR)
    }

    fn removed(&self, name: &str, flags: AtFlags) -> Result<(), DirError> {
        match fs::unlinkat(&self.fd, name, flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.error(name, errno)),
        }
    }

    /// Removes `name` and everything below it. Links are removed, not followed.
    ///
    /// # Errors
    /// If the system fails.
    pub fn remove_tree(&self, name: &str) -> Result<(), DirError> {
        match self.entry(name)?.map(|entry| entry.kind) {
            None => Ok(()),
            Some(EntryKind::Folder) => {
                self.folder(name)?.empty()?;
                self.remove_folder(name)
            }
            Some(_) => self.remove_file(name),
        }
    }

    /// Removes everything in the directory.
    ///
    /// # Errors
    /// If the system fails, or a name is not UTF-8 (nothing of ours is).
    pub fn empty(&self) -> Result<(), DirError> {
        for name in self.names()? {
            self.remove_tree(&name.map_err(|name| self.error(&name, Errno::ILSEQ))?)?;
        }
        Ok(())
    }

    /// Locks the directory for this process until it is closed, however the
    /// process ends. `false` if another process holds the lock.
    ///
    /// # Errors
    /// If the file system has no locks.
    pub fn try_lock(&self) -> Result<bool, DirError> {
        match fs::flock(&self.fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(errno) => Err(self.error("", errno)),
        }
    }

    /// The path of `name` in it, for messages.
    #[must_use]
    pub fn path_of(&self, name: &str) -> Utf8PathBuf {
        match (self.path.as_str(), name) {
            ("", "") => ".".into(),
            (_, "") => self.path.clone(),
            _ => self.path.join(name),
        }
    }

    fn error(&self, name: &str, errno: Errno) -> DirError {
        match errno {
            Errno::NOENT => DirError { path: self.path_of(name), kind: DirErrorKind::Missing },
            errno => self.io(name, errno.into()),
        }
    }

    fn io(&self, name: &str, error: io::Error) -> DirError {
        DirError { path: self.path_of(name), kind: DirErrorKind::Io(error) }
    }

    fn unexpected(&self, name: &str, expected: EntryKind, found: EntryKind) -> DirError {
        DirError { path: self.path_of(name), kind: DirErrorKind::Unexpected { expected, found } }
    }

    /// For an entry of another kind, `openat` fails with ELOOP, ENOTDIR or
    /// ENXIO, depending on the system; the entry itself says more.
    fn wrong_kind(&self, expected: EntryKind, name: &str, errno: Errno) -> DirError {
        match self.entry(name) {
            Ok(Some(entry)) if entry.kind != expected => self.unexpected(name, expected, entry.kind),
            _ => self.error(name, errno),
        }
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl DirError {
    /// Whether an exchange failed because the file system cannot exchange.
    /// ENOTEMPTY and EEXIST are errors of a plain rename, which file systems
    /// report that ignore the flag.
    #[must_use]
    pub fn is_exchange_unsupported(&self) -> bool {
        self.is_one_of(&[
            Errno::NOSYS,
            Errno::INVAL,
            Errno::NOTSUP,
            Errno::OPNOTSUPP,
            Errno::NOTEMPTY,
            Errno::EXIST,
        ])
    }

    /// Whether a folder could not be replaced because it is not empty.
    #[must_use]
    pub fn is_not_empty(&self) -> bool {
        self.is_one_of(&[Errno::NOTEMPTY, Errno::EXIST])
    }

    /// Whether a folder could not be moved because something is mounted on it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_one_of(&[Errno::BUSY])
    }

    /// Whether an entry could not be moved because the file system regards its
    /// new place as one of another file system.
    #[must_use]
    pub fn is_cross_device(&self) -> bool {
        self.is_one_of(&[Errno::XDEV])
    }

    /// Whether the user may not do it.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.is_one_of(&[Errno::ACCESS, Errno::PERM])
    }

    fn is_one_of(&self, errnos: &[Errno]) -> bool {
        let DirErrorKind::Io(error) = &self.kind else { return false };
        errnos.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
    }

    /// Whether the name is in use.
    #[must_use]
    pub fn is_exists(&self) -> bool {
        matches!(&self.kind, DirErrorKind::Io(error) if error.kind() == io::ErrorKind::AlreadyExists)
    }

    /// Whether the entry does not exist.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.kind, DirErrorKind::Missing)
    }
}

#[expect(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::useless_conversion,
    reason = "the fields' types differ between systems"
)]
fn entry(stat: &fs::Stat) -> Entry {
    Entry {
        kind: FileType::from_raw_mode(stat.st_mode).into(),
        size: stat.st_size.max(0) as u64,
        executable: u32::from(stat.st_mode) & 0o100 != 0,
        identity: (stat.st_dev as u64, stat.st_ino as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        (folder, path)
    }

    #[test]
    fn no_component_is_a_link() {
        let (_keep, path) = temporary();
        std::fs::create_dir_all(path.join("real/below")).unwrap();
        symlink("real", path.join("link")).unwrap();
        assert!(Dir::open(&path.join("real/below")).is_ok());
        let error = Dir::open(&path.join("link/below")).unwrap_err();
        assert_eq!(error.to_string(), format!("{path}/link: expected a folder, found a symbolic link"));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let (_keep, path) = temporary();
        let dir = Dir::open(&path).unwrap();
        symlink("/etc/hostname", path.join("link")).unwrap();
        fs::mknodat(CWD, path.join("fifo").as_str(), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
        for (name, found) in [("link", "a symbolic link"), ("fifo", "a FIFO"), (".", "a folder")] {
            let error = dir.file(name).unwrap_err().to_string();
            assert!(error.ends_with(&format!("expected a regular file, found {found}")), "{error}");
        }
        let error = Dir::open("/dev".into()).unwrap().file("null").unwrap_err();
        assert_eq!(error.to_string(), "/dev/null: expected a regular file, found a device");
        assert!(dir.file("nothing").unwrap_err().is_missing());
    }

    #[test]
    fn trees_are_removed_without_following() {
        let (_keep, path) = temporary();
        let dir = Dir::open(&path).unwrap();
        std::fs::create_dir_all(path.join("tree/a/b")).unwrap();
        std::fs::write(path.join("precious"), "x").unwrap();
        symlink(path.join("precious"), path.join("tree/a/file")).unwrap();
        symlink(&path, path.join("tree/a/b/folder")).unwrap();
        dir.remove_tree("tree").unwrap();
        assert_eq!(dir.names().unwrap(), [Ok("precious".to_owned())]);
    }

    #[test]
    fn a_lock_is_seen() {
        let (_keep, path) = temporary();
        let first = Dir::open(&path).unwrap();
        assert!(first.try_lock().unwrap());
        assert!(!Dir::open(&path).unwrap().try_lock().unwrap());
        drop(first);
        assert!(Dir::open(&path).unwrap().try_lock().unwrap());
    }

    #[test]
    fn mount_points_are_recognised() {
        let (_keep, path) = temporary();
        std::fs::create_dir(path.join("folder")).unwrap();
        assert!(!Dir::open(&path).unwrap().is_mount_point("folder").unwrap());
        assert!(Dir::open("/".into()).unwrap().is_mount_point("proc").unwrap());
    }
}
