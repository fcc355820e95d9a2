//! The first few of many, so that what is shown stays short and what is kept
//! stays small, however many a hostile file holds.

use std::fmt;

/// The first things of a kind that were seen, `KEPT` of them at the most, and
/// how many there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample<T, const KEPT: usize = 5> {
    first: Vec<T>,
    count: u64,
}

impl<T, const KEPT: usize> Default for Sample<T, KEPT> {
    fn default() -> Self {
        Self { first: Vec::new(), count: 0 }
    }
}

impl<T, const KEPT: usize> Sample<T, KEPT> {
    /// Counts one, and keeps it if it is among the first.
    pub fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(item);
        }
    }

    /// Counts as many as another sample did, and keeps of its first ones what
    /// `of` makes of them.
    pub fn include<U, const OTHERS: usize>(&mut self, other: &Sample<U, OTHERS>, of: impl Fn(&U) -> T) {
        let room = KEPT.saturating_sub(self.first.len());
        self.first.extend(other.first.iter().take(room).map(of));
        self.count += other.count;
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there was none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first ones.
    #[must_use]
    pub fn first(&self) -> &[T] {
        &self.first
    }

    /// The only one.
    #[must_use]
    pub fn single(&self) -> Option<&T> {
        match (self.count, self.first.as_slice()) {
            (1, [single]) => Some(single),
            _ => None,
        }
    }
}

impl<T, const KEPT: usize> Extend<T> for Sample<T, KEPT> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T, const KEPT: usize> FromIterator<T> for Sample<T, KEPT> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut sample = Self::default();
        sample.extend(items);
        sample
    }
}

impl<T: fmt::Display, const KEPT: usize> fmt::Display for Sample<T, KEPT> {
    /// Each in backticks, and how many more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, item) in self.first.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            write!(f, "{separator}`{item}`")?;
        }
        match self.count - self.first.len() as u64 {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many() {
        let few: Sample<_, 5> = ["a", "b"].into_iter().collect();
        assert_eq!((few.to_string(), few.single()), ("`a`, `b`".into(), None));
        let many: Sample<_, 5> = (0..100).collect();
        assert_eq!(many.to_string(), "`0`, `1`, `2`, `3`, `4` and 95 more");
        assert_eq!(many.first().len(), 5);
        let one: Sample<_, 5> = std::iter::once(7).collect();
        assert_eq!(one.single(), Some(&7));
        assert!(Sample::<u8, 5>::default().is_empty());
        let mut both = few;
        both.include(&many, |_| "c");
        assert_eq!(both.to_string(), "`a`, `b`, `c`, `c`, `c` and 97 more");
    }
}
