//! Why a text is no phone number.

use crate::localized::{self, LocalizedText};

/// The reason why a text is not a phone number; [`InvalidPhoneNumber::localized_text`] is its text for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.localized_text())]
pub enum InvalidPhoneNumber {
    /// Nothing but blanks.
    Empty,
    /// Something else than a number.
    NotANumber,
    /// A national number, and no country to read it in.
    CountryMissing,
    /// A calling code that no country has.
    CountryUnknown,
    /// Fewer digits than any number of the country.
    TooShort,
    /// A number that reaches nobody from outside its town.
    AreaCodeMissing,
    /// More digits than any number of the country.
    TooLong,
    /// A count of digits that no number of the country has.
    WrongLength,
    /// A number with an extension.
    Extension,
}

impl InvalidPhoneNumber {
    /// What the person is told.
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
