//! Cursors: opaque positions in a list. They are authenticated, so forged and foreign cursors are rejected.

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use crate::config::InstallKey;
use crate::error::{Error, Result};
use crate::localized::request;

const TAG: usize = 16;

/// Creates the cursor for `position` in the list that `scope` identifies (its subject and filter).
pub fn encode(key: &InstallKey, scope: &str, position: &str) -> String {
    let tag = key.mac("cursor", &[scope, position]);
    let mut bytes = tag.get(..TAG).unwrap_or_default().to_vec();
    bytes.extend_from_slice(position.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// Returns the position in a cursor that [`encode`] created for the same `scope`.
///
/// Fails with [`Error::BadRequest`] for any other text.
pub fn decode(key: &InstallKey, scope: &str, cursor: &str) -> Result<String> {
    let invalid = || Error::BadRequest(request::foreign_cursor());
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| invalid())?;
    let (tag, position) = bytes.split_at_checked(TAG).ok_or_else(invalid)?;
    let position = std::str::from_utf8(position).map_err(|_| invalid())?;
    let expected = key.mac("cursor", &[scope, position]);
    let authentic: bool = expected.get(..TAG).unwrap_or_default().ct_eq(tag).into();
    if authentic { Ok(position.to_owned()) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_valid_only_for_its_own_list(scope in ".{0,20}", other in ".{0,20}", position in ".{0,80}") {
            let key = InstallKey::new([7; 32]);
            let cursor = encode(&key, &scope, &position);
            prop_assert_eq!(decode(&key, &scope, &cursor).unwrap(), position);
            if scope != other {
                prop_assert!(decode(&key, &other, &cursor).is_err());
            }
        }

        #[test]
        fn any_other_text_is_rejected_without_a_panic(text in ".{0,120}") {
            prop_assert!(decode(&InstallKey::new([7; 32]), "list", &text).is_err());
        }
    }
}
