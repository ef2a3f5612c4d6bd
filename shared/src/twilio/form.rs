//! Form bodies: decoded once, in order, with repeated and empty parameters kept, since all of them are signed.

use std::borrow::Cow;

use crate::localized::{self, LocalizedText};

/// The most parameters that a readable webhook has. Twilio sends some thirty.
pub const MAX_PARAMETERS: usize = 1_000;

/// The most parameters that are looked at in a body that is not readable, only to check its signature.
const MAX_CHECKED_PARAMETERS: usize = 100_000;

/// Why a body is not a form that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.localized_text())]
pub enum FormError {
    /// More than [`MAX_PARAMETERS`].
    TooManyParameters,
    /// Decoded, a name or a value is not UTF-8.
    NotUtf8,
    /// A percent sign without two hexadecimal digits.
    BadPercentEncoding,
}

impl FormError {
    /// A stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyParameters => "too_many_parameters",
            Self::NotUtf8 => "not_utf8",
            Self::BadPercentEncoding => "bad_percent_encoding",
        }
    }

    /// What the admin is told.
    pub fn localized_text(self) -> LocalizedText {
        match self {
            Self::TooManyParameters => localized::quarantine::too_many_parameters(),
            Self::NotUtf8 => localized::quarantine::not_utf8(),
            Self::BadPercentEncoding => localized::quarantine::bad_percent_encoding(),
        }
    }
}

/// Decodes a form body: names and values in the order of the body.
pub fn parse(body: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    let text = |raw| {
        let (bytes, clean) = percent_decode(raw);
        if !clean {
            return Err(FormError::BadPercentEncoding);
        }
        String::from_utf8(bytes.into_owned()).map_err(|_| FormError::NotUtf8)
    };
    if split_pairs(body).nth(MAX_PARAMETERS).is_some() {
        return Err(FormError::TooManyParameters);
    }
    split_pairs(body).map(|(name, value)| Ok((text(name)?, text(value)?))).collect()
}

/// Decodes what can be decoded, as the frameworks in front of Twilio's own SDKs do: a broken percent sign stays as it
/// is, broken UTF-8 becomes U+FFFD. For [`super::signature`] and for showing a quarantined body, never for use.
pub fn parse_lossy(body: &[u8]) -> Vec<(String, String)> {
    let text = |raw| String::from_utf8_lossy(&percent_decode(raw).0).into_owned();
    split_pairs(body)
        .take(MAX_CHECKED_PARAMETERS)
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// A name and a value as bytes.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Decodes to bytes, which need not be UTF-8; a broken percent sign stays as it is.
pub(super) fn parse_bytes(body: &[u8]) -> Vec<Pair<'_>> {
    split_pairs(body)
        .take(MAX_CHECKED_PARAMETERS)
        .map(|(name, value)| (percent_decode(name).0, percent_decode(value).0))
        .collect()
}

/// The raw names and values. A parameter without `=` has an empty value; nothing between two `&` is no parameter.
fn split_pairs(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    })
}

/// Undoes `+` and `%xx` once, and says whether every percent sign had its two digits.
fn percent_decode(raw: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if !raw.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return (Cow::Borrowed(raw), true);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut clean = true;
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if hex_byte(*high, *low).is_some() => {
                bytes.extend(hex_byte(*high, *low));
                rest = after;
            }
            (byte, _) => {
                clean &= *byte != b'%';
                bytes.push(*byte);
            }
        }
    }
    (Cow::Owned(bytes), clean)
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::form_urlencoded::Serializer;

    fn owned_pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn order_duplicates_and_empty_values_are_kept() {
        let params = parse(b"b=1&a=&b=1&&c&=d&e=f=g&h=%2B+%f0%9F%91%8d").unwrap();
        let expected = [("b", "1"), ("a", ""), ("b", "1"), ("c", ""), ("", "d"), ("e", "f=g")];
        assert_eq!(params[..6], owned_pairs(&expected));
        assert_eq!(params[6..], owned_pairs(&[("h", "+ 👍")]));
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn an_invalid_body_is_rejected_with_a_reason_and_parsed_lossily() {
        for (body, reason, shown) in [
            (&b"a=100%&b=1"[..], FormError::BadPercentEncoding, "100%"),
            (b"a=%zz", FormError::BadPercentEncoding, "%zz"),
            (b"a=%+1", FormError::BadPercentEncoding, "% 1"),
            (b"a=%ff%41", FormError::NotUtf8, "\u{fffd}A"),
            (b"a=\xc3(", FormError::NotUtf8, "\u{fffd}("),
        ] {
            assert_eq!(parse(body), Err(reason));
            assert_eq!(parse_lossy(body)[0], ("a".to_owned(), shown.to_owned()));
        }
    }

    #[test]
    fn more_than_a_thousand_parameters_are_rejected() {
        let mut body = "a=1&".repeat(MAX_PARAMETERS);
        assert_eq!(parse(body.as_bytes()).unwrap().len(), MAX_PARAMETERS);
        body.push_str("b=2");
        assert_eq!(parse(body.as_bytes()), Err(FormError::TooManyParameters));
        assert_eq!(parse_lossy(body.as_bytes()).len(), MAX_PARAMETERS + 1);
    }

    proptest! {
        #[test]
        fn parsing_a_body_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let lossy = parse_lossy(&body);
            if let Ok(params) = parse(&body) {
                prop_assert_eq!(params, lossy);
            }
        }

        #[test]
        fn an_encoded_form_is_decoded(params in proptest::collection::vec(("\\PC{1,8}", "\\PC{0,20}"), 0..20)) {
            let body = Serializer::new(String::new()).extend_pairs(&params).finish();
            prop_assert_eq!(parse(body.as_bytes()).unwrap(), params);
        }
    }
}
