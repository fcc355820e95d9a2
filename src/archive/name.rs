//! What an archive stores as a name, made a path that stays in its folder.

use std::cmp::Ordering;

use super::error::{Flaw, Refusal};
use super::limits::Purpose;
use crate::filename::{FileNameError, RelativePath};

/// A stored name as it is shown where it is refused.
pub(super) fn shown(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

/// The path that a stored name is, and whether it is that of a folder.
///
/// A folder's name ends with `/` (APPNOTE 4.4.17.1). No name is sanitized: one
/// that would have to be altered to be safe is refused, because other readers
/// alter it differently.
///
/// # Errors
/// What [`RelativePath`] refuses, names that are not UTF-8, and drive letters.
pub(super) fn parse(raw: &[u8]) -> Result<(RelativePath, bool), FileNameError> {
    let text = str::from_utf8(raw).map_err(|_| FileNameError::NotUtf8)?;
    let (text, is_folder) = match text.strip_suffix('/') {
        // `/` alone is absolute, not an empty folder.
        Some("") => return Err(FileNameError::Absolute),
        Some(folder) => (folder, true),
        None => (text, false),
    };
    if matches!(text.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic()) {
        return Err(FileNameError::Separator);
    }
    Ok((text.parse()?, is_folder))
}

/// A name among others, for [`check_distinct`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub path: &'a RelativePath,
    pub is_folder: bool,
}

/// Refuses two entries of one name, and a file that is also the folder of
/// another entry.
///
/// Sorted with `/` before every other character, whatever lies in `a` follows
/// `a` at once; so each name is compared with its neighbour alone, and no set
/// of folders is kept, which deep paths could make far larger than the
/// directory that they stand in.
pub(super) fn check_distinct<'a>(
    names: impl Iterator<Item = Named<'a>>,
    purpose: Purpose,
) -> Result<(), Refusal> {
    let fold = purpose == Purpose::Unpack;
    let mut sorted: Vec<Named<'a>> = names.collect();
    // By the name as stored as well: which of two is reported must not depend
    // on the order of the directory.
    sorted.sort_unstable_by(|one, other| {
        compare(one.path, other.path, fold).then_with(|| one.path.cmp(other.path))
    });
    for (first, second) in sorted.iter().zip(sorted.iter().skip(1)) {
        let (one, other) = uncommon(first.path, second.path, fold);
        let mut rest = key(other, fold);
        if !key(one, fold).all(|character| rest.next() == Some(character)) {
            continue;
        }
        let name = first.path.as_str();
        match rest.next() {
            None => {
                let other = (first.path != second.path).then(|| second.path.as_str().to_owned());
                return Err(Refusal::entry(name, Flaw::Duplicate { other }));
            }
            Some('\0') if !first.is_folder => return Err(Refusal::entry(name, Flaw::FileAndFolder)),
            Some(_) => {}
        }
    }
    Ok(())
}

/// The order of two names by their keys.
fn compare(one: &RelativePath, other: &RelativePath, fold: bool) -> Ordering {
    let (one, other) = uncommon(one, other, fold);
    key(one, fold).cmp(key(other, fold))
}

/// What two names do not begin with both: names in one folder share most of
/// their bytes, and only ASCII is certain to have one key wherever it stands.
fn uncommon<'a>(one: &'a RelativePath, other: &'a RelativePath, fold: bool) -> (&'a str, &'a str) {
    let same = |one: u8, other: u8| {
        one.is_ascii() && if fold { one.eq_ignore_ascii_case(&other) } else { one == other }
    };
    let (one, other) = (one.as_str(), other.as_str());
    let common = one.bytes().zip(other.bytes()).take_while(|(one, other)| same(*one, *other)).count();
    (one.get(common..).unwrap_or(one), other.get(common..).unwrap_or(other))
}

/// What names are compared by: made as it is asked for, because an archive may
/// have names by the megabyte.
fn key(name: &str, fold: bool) -> impl Iterator<Item = char> {
    name.chars().flat_map(move |character| {
        // A path holds no control characters, so `\0` is free.
        let character = if character == '/' { '\0' } else { character };
        let lower = (fold && !character.is_ascii()).then(|| character.to_lowercase());
        let ascii = if fold { character.to_ascii_lowercase() } else { character };
        let one = lower.is_none().then_some(ascii);
        lower.into_iter().flatten().chain(one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_refused() {
        use FileNameError::{Absolute, Control, Dots, Empty, EmptyPart, NotUtf8, PathTooLong, Separator};
        let long = "x/".repeat(2050);
        for (raw, error) in [
            (&b""[..], Empty),
            (b"/", Absolute),
            (b"/etc/passwd", Absolute),
            (b"//host/share", Absolute),
            (b"../up", Dots),
            (b"a/../b", Dots),
            (b"./a", Dots),
            (b"a/.", Dots),
            (b"../", Dots),
            (b"a//b", EmptyPart),
            (b"a//", EmptyPart),
            (b"a\\b", Separator),
            (b"\\\\host\\share", Separator),
            (b"C:/x", Separator),
            (b"c:x", Separator),
            (b"a\0b", Control(0)),
            (b"a\nb", Control(10)),
            (b"a\x7fb", Control(0x7f)),
            (b"gr\xf6sse", NotUtf8),
            (long.as_bytes(), PathTooLong(4099)),
        ] {
            assert_eq!(parse(raw), Err(error), "{}", shown(raw));
        }
    }

    #[test]
    fn names_that_are_accepted() {
        for (raw, path, is_folder) in [
            ("a", "a", false),
            ("a/b.whl", "a/b.whl", false),
            ("a/b/", "a/b", true),
            ("größe", "größe", false),
        ] {
            assert_eq!(parse(raw.as_bytes()), Ok((path.parse().unwrap(), is_folder)));
        }
    }

    #[test]
    fn what_is_the_same_name() {
        let check = |names: &[&str], purpose| {
            let parsed: Vec<_> = names.iter().map(|name| parse(name.as_bytes()).unwrap()).collect();
            let named = parsed.iter().map(|(path, is_folder)| Named { path, is_folder: *is_folder });
            check_distinct(named, purpose).map_err(|refusal| refusal.found())
        };
        assert_eq!(check(&["a/", "a/b", "a.b", "ab", "a/b.c"], Purpose::Unpack), Ok(()));
        assert_eq!(check(&["a", "b", "a"], Purpose::Inspect), Err("`a` appears twice".into()));
        assert_eq!(check(&["a", "A"], Purpose::Inspect), Ok(()));
        assert_eq!(check(&["a", "A"], Purpose::Unpack), Err("`A` and `a` are the same name".into()));
        let both = Err("`a` is a file, and a folder that holds others".into());
        // Whatever sorts between `a` and `a/` by bytes.
        assert_eq!(check(&["a/b", "a!", "a.c", "a", "a-d"], Purpose::Inspect), both);
        assert_eq!(check(&["A/b", "a"], Purpose::Unpack), both);
        assert_eq!(check(&["A/b", "a"], Purpose::Inspect), Ok(()));
        assert_eq!(check(&["a", "a/"], Purpose::Inspect), Err("`a` appears twice".into()));
    }
}
