//! Why a text is no phone number.

use crate::sentences::{self, Sentence};

/// Why a text is no phone number; [`InvalidPhoneNumber::sentence`] tells the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
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
    pub fn sentence(self) -> Sentence {
        match self {
            Self::Empty => sentences::number::empty(),
            Self::NotANumber => sentences::number::none(),
            Self::CountryMissing => sentences::number::country_missing(),
            Self::CountryUnknown => sentences::number::country_unknown(),
            Self::TooShort => sentences::number::too_short(),
            Self::AreaCodeMissing => sentences::number::area_code_missing(),
            Self::TooLong => sentences::number::too_long(),
            Self::WrongLength => sentences::number::wrong_length(),
            Self::Extension => sentences::number::extension(),
        }
    }
}
