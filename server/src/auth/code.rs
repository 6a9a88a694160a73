//! One-time codes: short enough to type, long enough that nobody guesses one.

use std::fmt;

use kring_domain::one_time_code::{self, LENGTH};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::secret::random_bytes;

/// A new one-time code; it is only ever shown to whoever asked for it.
pub struct OneTimeCode(Zeroizing<[u8; LENGTH]>);

/// The hash that is kept of a code, to recognise it by.
#[derive(Clone, Copy)]
pub struct CodeHash([u8; 32]);

impl OneTimeCode {
    /// A code from the operating system's randomness.
    pub fn random() -> Self {
        let random = Zeroizing::new(random_bytes::<LENGTH>());
        // 256 is a multiple of 32: each character is as likely as any other.
        Self(Zeroizing::new(one_time_code::from_values(*random)))
    }

    /// The code in groups of four, like `K7QM-2XAB-90TV-ZZ4E`.
    pub fn text(&self) -> String {
        one_time_code::text(&self.0)
    }

    /// A link with the code; behind the `#`, so that it is in no server's log.
    pub fn url(&self, public_url: &str) -> String {
        format!("{public_url}/join#{}", self.text())
    }

    /// Returns what to keep of this code.
    pub fn hash(&self) -> CodeHash {
        CodeHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl CodeHash {
    /// The hash of a code as somebody typed or pasted it; nothing for what cannot be a code.
    pub fn of_typed(typed: &str) -> Option<Self> {
        let code = Zeroizing::new(one_time_code::read(typed)?);
        Some(Self(Sha256::digest(code.as_slice()).into()))
    }

    /// The hash for the database.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for CodeHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for CodeHash {}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognised_however_it_is_typed() {
        let code = OneTimeCode::random();
        let text = code.text();
        assert_eq!(text.len(), 19);
        for typed in
            [text.clone(), text.to_lowercase(), text.replace('-', " "), format!("  {} ", text.replace('-', ""))]
        {
            assert_eq!(CodeHash::of_typed(&typed), Some(code.hash()), "{typed}");
        }
        let mistaken = text.replace('0', "o").replace('1', "l");
        assert_eq!(CodeHash::of_typed(&mistaken), Some(code.hash()));
        assert_eq!(CodeHash::of_typed(&code.url("https://kring.example")), Some(code.hash()));
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in
            ["", "K7QM", "U7QM-2XAB-90TV-ZZ4E", "K7QM-2XAB-90TV-ZZ4E-0", "ééééééééééééééé", &"-".repeat(1_000_000)]
        {
            assert_eq!(CodeHash::of_typed(typed), None);
        }
        assert_ne!(OneTimeCode::random().hash(), OneTimeCode::random().hash());
    }
}
