//! Retries with exponential backoff and jitter; each is reported.

use std::sync::Arc;
use std::time::Duration;

use super::error::{RequestError, Retry};
use super::network::RetryPolicy;
use crate::reporter::Reporter;

/// Repeats requests by one policy.
#[derive(Clone)]
pub(crate) struct Retrier {
    policy: RetryPolicy,
    reporter: Arc<dyn Reporter>,
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy, reporter: Arc<dyn Reporter>) -> Self {
        Self { policy, reporter }
    }

    /// Where retries and secrets are reported.
    pub(crate) fn reporter(&self) -> &dyn Reporter {
        self.reporter.as_ref()
    }

    /// Makes attempts until one succeeds or another would not help.
    pub(crate) async fn retry<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        let mut failures = 0;
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => {
                    failures += 1;
                    self.wait(failures, error).await?;
                }
            }
        }
    }

    /// Waits as long as an error calls for after so many failures in a row.
    ///
    /// # Errors
    /// The error itself, if there is to be no further attempt.
    pub(crate) async fn wait(&self, failures: u32, error: RequestError) -> Result<(), RequestError> {
        let Some(pause) = self.pause(failures, &error) else { return Err(error) };
        let seconds = pause.as_secs_f64();
        let (next, attempts) = (failures + 1, self.policy.attempts);
        // The remedy once is enough.
        let remedy = if failures == 1 { format!(". {}", error.remedy()) } else { String::new() };
        self.reporter.notice(&format!(
            "{error}; trying again in {seconds:.1} s (attempt {next} of {attempts}){remedy}"
        ));
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn pause(&self, failures: u32, error: &RequestError) -> Option<Duration> {
        let RetryPolicy { attempts, initial_backoff, max_backoff, max_retry_after } = self.policy;
        let asked = match error.retry {
            Retry::No => return None,
            Retry::Backoff => Duration::ZERO,
            Retry::After(asked) => asked,
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
    use super::*;
    use crate::source::http::error::Service;

    static SERVICE: Service = Service { name: "a service", rate_limit: |_, _, _| None, remedy: |_| None };

    struct Silence;

    impl Reporter for Silence {
        fn notice(&self, _: &str) {}
        fn mask(&self, _: &str) {}
    }

    #[test]
    fn pauses_grow_and_end() {
        let retrier = Retrier::new(RetryPolicy::default(), Arc::new(Silence));
        let mut error = RequestError::invalid(&SERVICE, "host", "");
        let seconds =
            |failures, error: &RequestError| retrier.pause(failures, error).map(|p| p.as_secs_f64());
        for failures in 1..5 {
            let pause = seconds(failures, &error).unwrap();
            let longest = f64::from(1 << (failures - 1));
            assert!(pause > longest / 2.0 - 0.01 && pause <= longest, "{failures}: {pause}");
        }
        assert_eq!(seconds(5, &error), None);
        error.retry = Retry::After(Duration::from_mins(1));
        assert_eq!(seconds(1, &error), Some(60.0));
        error.retry = Retry::After(Duration::from_hours(1));
        assert_eq!(seconds(1, &error), None);
        error.retry = Retry::No;
        assert_eq!(seconds(1, &error), None);
    }
}
