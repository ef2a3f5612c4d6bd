//! Parsing of form bodies. Order, duplicates and empty values are kept, because all of them are signed.

use std::borrow::Cow;

use crate::localized::{self, LocalizedText};

/// The maximum number of parameters of a valid form. Twilio sends about 30.
pub const MAX_PARAMETERS: usize = 1_000;

/// The maximum number of parameters of an invalid form, which is parsed only to verify its signature.
const MAX_CHECKED_PARAMETERS: usize = 100_000;

/// The error of parsing a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.localized_text())]
pub enum FormError {
    /// The form has more than [`MAX_PARAMETERS`] parameters.
    TooManyParameters,
    /// A decoded name or value is not UTF-8.
    NotUtf8,
    /// A percent sign is not followed by two hexadecimal digits.
    BadPercentEncoding,
}

impl FormError {
    /// Returns the error code, which does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyParameters => "too_many_parameters",
            Self::NotUtf8 => "not_utf8",
            Self::BadPercentEncoding => "bad_percent_encoding",
        }
    }

    /// Returns the text that the admin sees.
    pub fn localized_text(self) -> LocalizedText {
        match self {
            Self::TooManyParameters => localized::quarantine::too_many_parameters(),
            Self::NotUtf8 => localized::quarantine::not_utf8(),
            Self::BadPercentEncoding => localized::quarantine::bad_percent_encoding(),
        }
    }
}

/// Parses a form body. Returns names and values in the order of the body.
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

/// Parses a form body and keeps invalid parts, like the frameworks that Twilio's SDKs run in.
///
/// Invalid percent-encoding is kept as it is; invalid UTF-8 becomes U+FFFD. Only for [`super::signature`] and for
/// showing a quarantined body.
pub fn parse_lossy(body: &[u8]) -> Vec<(String, String)> {
    let text = |raw| String::from_utf8_lossy(&percent_decode(raw).0).into_owned();
    split_pairs(body)
        .take(MAX_CHECKED_PARAMETERS)
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// A decoded name and value, as bytes.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Parses a form body to bytes. Invalid percent-encoding is kept as it is.
pub(super) fn parse_bytes(body: &[u8]) -> Vec<Pair<'_>> {
    split_pairs(body)
        .take(MAX_CHECKED_PARAMETERS)
        .map(|(name, value)| (percent_decode(name).0, percent_decode(value).0))
        .collect()
}

/// Splits a body into raw names and values.
///
/// A parameter without `=` has an empty value. Empty parts between two `&` are skipped.
fn split_pairs(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    })
}

/// Decodes `+` and `%xx` once. Also returns whether all percent-encodings are valid.
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
