//! Localized texts: all texts that the functions return to users.
//!
//! The English text is in `catalog` only, under a key that does not change with its wording: `conversation::missing()`
//! has the key `conversation.missing`. A [`LocalizedText`] is made by a function of the catalog, so a translation has the
//! key and the values of every text. Texts for operators (configuration, log) are not included.

mod catalog;
mod macros;
mod text;

pub use catalog::*;
pub use text::{LocalizedText, LocalizedTextView, TextValue, join};
