//! Trying again: with pauses that grow and differ, within a bound, and never
//! in silence.

use std::sync::Arc;
use std::time::Duration;

use super::client::Patience;
use super::trouble::{Again, Trouble};
use crate::reporter::Notices;

/// Who tries again, and tells of it.
#[derive(Clone)]
pub(super) struct Retry {
    patience: Patience,
    notices: Arc<dyn Notices>,
}

impl Retry {
    pub(super) fn new(patience: Patience, notices: Arc<dyn Notices>) -> Self {
        Self { patience, notices }
    }

    /// Whoever is told of trouble at first sight, and of secrets.
    pub(super) fn notices(&self) -> &dyn Notices {
        self.notices.as_ref()
    }

    /// Makes attempts until one succeeds or there is no point in another.
    pub(super) async fn until_it_works<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let mut failures = 0;
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(trouble) => {
                    failures += 1;
                    self.wait(failures, trouble).await?;
                }
            }
        }
    }

    /// Waits as long as the trouble calls for after so many failures in a row.
    ///
    /// # Errors
    /// The trouble itself, if another attempt is of no use.
    pub(super) async fn wait(&self, failures: u32, trouble: Trouble) -> Result<(), Trouble> {
        let Some(pause) = self.pause(failures, &trouble) else { return Err(trouble) };
        let seconds = pause.as_secs_f64();
        let (next, attempts) = (failures + 1, self.patience.attempts);
        let again = format!("trying again in {seconds:.1} s (attempt {next} of {attempts})");
        // The remedy once is enough.
        let remedy = if failures == 1 { format!(". {}", trouble.remedy()) } else { String::new() };
        self.notices.notice(&format!("{trouble}; {again}{remedy}"));
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self, failures: u32, trouble: &Trouble) -> Option<Duration> {
        let Patience { attempts, first_pause, longest_pause, longest_asked } = self.patience;
        let asked = match trouble.again {
            Again::Never => return None,
            Again::Later => Duration::ZERO,
            Again::After(asked) => asked,
        };
        if failures >= attempts || asked > longest_asked {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let longest = first_pause.saturating_mul(doubled).min(longest_pause);
        Some(longest.mul_f64(1.0 - fastrand::f64() / 2.0).max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trouble::Service;
    use super::*;

    struct Silence;

    impl Notices for Silence {
        fn notice(&self, _: &str) {}
        fn mask(&self, _: &str) {}
    }

    #[test]
    fn pauses_grow_and_end() {
        let retry = Retry::new(Patience::default(), Arc::new(Silence));
        let mut trouble = Trouble::nonsense(Service::Rest, "host", "");
        let seconds = |failures, trouble: &Trouble| retry.pause(failures, trouble).map(|p| p.as_secs_f64());
        for failures in 1..5 {
            let pause = seconds(failures, &trouble).unwrap();
            let longest = f64::from(1 << (failures - 1));
            assert!(pause > longest / 2.0 - 0.01 && pause <= longest, "{failures}: {pause}");
        }
        assert_eq!(seconds(5, &trouble), None);
        trouble.again = Again::After(Duration::from_mins(1));
        assert_eq!(seconds(1, &trouble), Some(60.0));
        trouble.again = Again::After(Duration::from_hours(1));
        assert_eq!(seconds(1, &trouble), None);
        trouble.again = Again::Never;
        assert_eq!(seconds(1, &trouble), None);
    }
}
