//! Errors of parsing phone numbers.

use crate::localized::{self, LocalizedText};

/// The reason why a text is not a phone number.
///
/// [`InvalidPhoneNumber::localized_text`] is the text that the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.localized_text())]
pub enum InvalidPhoneNumber {
    /// The text is blank.
    Empty,
    /// The text is not a number.
    NotANumber,
    /// The number is national and the country is not known.
    CountryMissing,
    /// No country has this calling code.
    CountryUnknown,
    /// The number has fewer digits than any number of the country.
    TooShort,
    /// The number can only be dialed locally because the area code is missing.
    AreaCodeMissing,
    /// The number has more digits than any number of the country.
    TooLong,
    /// No number of the country has this number of digits.
    WrongLength,
    /// The number has an extension.
    Extension,
}

impl InvalidPhoneNumber {
    /// Returns the text that the user sees.
    pub fn localized_text(self) -> LocalizedText {
        match self {
            Self::Empty => localized::number::empty(),
            Self::NotANumber => localized::number::none(),
            Self::CountryMissing => localized::number::country_missing(),
            Self::CountryUnknown => localized::number::country_unknown(),
            Self::TooShort => localized::number::too_short(),
            Self::AreaCodeMissing => localized::number::area_code_missing(),
            Self::TooLong => localized::number::too_long(),
            Self::WrongLength => localized::number::wrong_length(),
            Self::Extension => localized::number::extension(),
        }
    }
}
