//! Secrets: tokens without `Display`, with a redacted `Debug`.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

/// The fewest bytes of a secret that is worth masking: a shorter one would blot
/// out harmless words of the log.
const MASKED_FROM: usize = 16;

/// A bearer token.
///
/// It has no `Display`, its `Debug` shows nothing, and its memory is wiped when
/// it is dropped.
#[derive(Clone)]
pub struct Token(SecretString);

/// Why a text is not a token. Shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is empty or only white space.
    #[error("the token is empty")]
    Empty,
    /// It holds a character that no HTTP header can carry.
    #[error("the token holds a space, a line break or a character that is not ASCII; it is one word")]
    Character,
}

impl FromStr for Token {
    type Err = TokenError;

    /// White space at both ends, such as a file's last line break, is ignored.
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
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the token is long enough to be masked in a log.
    pub(super) fn is_worth_masking(&self) -> bool {
        is_worth_masking(self.expose())
    }

    /// The same for a library that keeps it secret.
    pub(crate) fn secret(&self) -> SecretString {
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
