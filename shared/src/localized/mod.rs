//! Localized texts: the texts that the functions return to users.
//!
//! The English texts are in `catalog`. Each has a key that does not change with its wording:
//! `conversation::missing()` has the key `conversation.missing`. Only functions of the catalog create a
//! [`LocalizedText`], so that all texts can be translated by key and values. Texts for operators (configuration, log)
//! are not included.

mod catalog;
mod macros;
mod text;

pub use catalog::*;
pub use text::{LocalizedText, LocalizedTextView, TextValue, join};
