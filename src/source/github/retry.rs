//! Trying again: with pauses that grow and differ, within a bound, and never
//! in silence.

use std::sync::Arc;
use std::time::Duration;

use super::client::RetryPolicy;
use super::error::{RequestError, Retryable};
use crate::reporter::Reporter;

/// Who tries again, and tells of it.
#[derive(Clone)]
pub(super) struct Retry {
    policy: RetryPolicy,
    reporter: Arc<dyn Reporter>,
}

impl Retry {
    pub(super) fn new(policy: RetryPolicy, reporter: Arc<dyn Reporter>) -> Self {
        Self { policy, reporter }
    }

    /// Whoever is told of trouble at first sight, and of secrets.
    pub(super) fn reporter(&self) -> &dyn Reporter {
        self.reporter.as_ref()
    }

    /// Makes attempts until one succeeds or there is no point in another.
    pub(super) async fn retry<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
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
    pub(super) async fn wait(&self, failures: u32, trouble: RequestError) -> Result<(), RequestError> {
        let Some(pause) = self.pause(failures, &trouble) else { return Err(trouble) };
        let seconds = pause.as_secs_f64();
        let (next, attempts) = (failures + 1, self.policy.attempts);
        let again = format!("trying again in {seconds:.1} s (attempt {next} of {attempts})");
        // The remedy once is enough.
        let remedy = if failures == 1 { format!(". {}", trouble.remedy()) } else { String::new() };
        self.reporter.notice(&format!("{trouble}; {again}{remedy}"));
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self, failures: u32, trouble: &RequestError) -> Option<Duration> {
        let RetryPolicy { attempts, initial_backoff, max_backoff, max_retry_after } = self.policy;
        let asked = match trouble.again {
            Retryable::Never => return None,
            Retryable::Later => Duration::ZERO,
            Retryable::After(asked) => asked,
        };
        if failures >= attempts || asked > max_retry_after {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let longest = initial_backoff.saturating_mul(doubled).min(max_backoff);
        Some(longest.mul_f64(1.0 - fastrand::f64() / 2.0).max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Service;
    use super::*;

    struct Silence;

    impl Reporter for Silence {
        fn notice(&self, _: &str) {}
        fn mask(&self, _: &str) {}
    }

    #[test]
    fn pauses_grow_and_end() {
        let retry = Retry::new(RetryPolicy::default(), Arc::new(Silence));
        let mut trouble = RequestError::nonsense(Service::Rest, "host", "");
        let seconds =
            |failures, trouble: &RequestError| retry.pause(failures, trouble).map(|p| p.as_secs_f64());
        for failures in 1..5 {
            let pause = seconds(failures, &trouble).unwrap();
            let longest = f64::from(1 << (failures - 1));
            assert!(pause > longest / 2.0 - 0.01 && pause <= longest, "{failures}: {pause}");
        }
        assert_eq!(seconds(5, &trouble), None);
        trouble.again = Retryable::After(Duration::from_mins(1));
        assert_eq!(seconds(1, &trouble), Some(60.0));
        trouble.again = Retryable::After(Duration::from_hours(1));
        assert_eq!(seconds(1, &trouble), None);
        trouble.again = Retryable::Never;
        assert_eq!(seconds(1, &trouble), None);
    }
}
