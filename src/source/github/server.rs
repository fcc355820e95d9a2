//! The server of a repository, and the URL of its REST API.

use std::fmt;
use std::str::FromStr;

use crate::source::http::ServiceUrl;
use crate::source::http::url::ServiceUrlError;

/// A GitHub server: github.com, a tenant of ghe.com, or an Enterprise Server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server(ServiceUrl);

impl Server {
    /// The URL of the server's REST API: `api.github.com`, `api.HOST` for
    /// `HOST.ghe.com`, and `/api/v3` of an Enterprise Server.
    #[must_use]
    pub fn api(&self) -> ServiceUrl {
        let host = self.0.host_name();
        if self.is_github_com() || host.ends_with(".ghe.com") {
            self.0.with_host_and_path(&format!("api.{host}"), "/")
        } else {
            self.0.with_host_and_path(host, "/api/v3")
        }
    }

    /// Whether this is github.com itself.
    #[must_use]
    pub fn is_github_com(&self) -> bool {
        self.0.host_name() == "github.com"
    }
}

impl FromStr for Server {
    type Err = ServiceUrlError;

    fn from_str(text: &str) -> Result<Self, ServiceUrlError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_of_a_server() {
        let api = |server: &str| server.parse::<Server>().unwrap().api().to_string();
        assert_eq!(api("https://github.com"), "https://api.github.com/");
        assert_eq!(api("https://octo.ghe.com"), "https://api.octo.ghe.com/");
        assert_eq!(api("https://git.example.org"), "https://git.example.org/api/v3");
        assert_eq!(api("https://git.example.org:8443"), "https://git.example.org:8443/api/v3");
        assert_eq!(api("http://127.0.0.1:8080"), "http://127.0.0.1:8080/api/v3");
    }
}
