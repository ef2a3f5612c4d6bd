//! The limit of loops that read, decide and write with a condition.

use crate::error::{Error, Result};

/// Counts the attempts of an optimistic write.
#[derive(Debug)]
pub struct Attempts {
    left: u32,
}

impl Attempts {
    /// Allows at most `max` attempts.
    pub fn new(max: u32) -> Self {
        Self { left: max }
    }

    /// Begins the next attempt.
    ///
    /// # Errors
    /// `Unavailable` after the last attempt: other writes came first each time.
    pub fn begin(&mut self) -> Result<()> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Error::Unavailable("the item changed on every attempt".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempt_after_the_last_is_an_error() {
        let mut attempts = Attempts::new(2);
        assert!(attempts.begin().is_ok());
        assert!(attempts.begin().is_ok());
        assert_eq!(attempts.begin().unwrap_err().status(), 503);
    }
}
