//! The explanation of an error code.

/// The explanation of an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CodeAdvice {
    /// The error code.
    pub code: u32,
    /// What happened.
    pub title: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Whether sending the same message again may succeed.
    pub retryable: bool,
}

pub(super) const fn permanent(code: u32, title: &'static str, advice: &'static str) -> CodeAdvice {
    CodeAdvice { code, title, advice, retryable: false }
}

pub(super) const fn retryable(code: u32, title: &'static str, advice: &'static str) -> CodeAdvice {
    CodeAdvice { code, title, advice, retryable: true }
}
