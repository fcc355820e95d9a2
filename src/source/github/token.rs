//! What opens doors, in a type that cannot be printed.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

/// The fewest characters of a text that is worth masking: a shorter one would
/// blot out harmless words of the log.
const MASKED_FROM: usize = 16;

/// A token for GitHub's API or for the runner's services.
///
/// It has no `Display`, its `Debug` shows nothing, and its memory is wiped when
/// it is dropped.
#[derive(Clone)]
pub struct Token(SecretString);

/// Why a text cannot be a token. Shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing, or nothing but white space.
    #[error("the token is empty")]
    Empty,
    /// Something that no HTTP header can carry.
    #[error("the token holds a space, a line break or a character that is not ASCII; it is one word")]
    Character,
}

impl FromStr for Token {
    type Err = TokenError;

    /// White space at both ends, such as a file's last line break, is left
    /// off.
    fn from_str(text: &str) -> Result<Self, TokenError> {
        match text.trim() {
            "" => Err(TokenError::Empty),
            text if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(text.into())),
            _ => Err(TokenError::Character),
        }
    }
}

impl Token {
    /// The text, for the header of a request and for nothing else.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The same for octocrab, which keeps it as secret.
    pub(super) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whether a secret is long enough to be masked in a log.
pub(super) fn is_worth_masking(secret: &str) -> bool {
    secret.len() >= MASKED_FROM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_shown() {
        let token: Token = " canary-canary-canary\n".parse().unwrap();
        assert_eq!(token.expose(), "canary-canary-canary");
        assert_eq!(format!("{token:?} {token:#?}"), "Token(…) Token(…)");
        for (text, error) in [
            ("", TokenError::Empty),
            ("\n", TokenError::Empty),
            ("two words", TokenError::Character),
            ("canarÿ", TokenError::Character),
            ("a\r\nX-Header: b", TokenError::Character),
        ] {
            let refused = text.parse::<Token>().unwrap_err();
            assert_eq!(refused, error, "{text:?}");
            assert!(!refused.to_string().contains("canar"));
        }
    }
}
