//! Archives built in code, down to the byte.
