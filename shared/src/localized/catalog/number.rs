//! Phone numbers as typed by users.

crate::localized::macros::localized_texts! {
    number;
    ours: "This is one of your own numbers.",
    not_on_channel: "This channel does not use phone numbers.",
    empty: "Enter a phone number.",
    none: "This is not a valid phone number.",
    country_missing: "Start with + and the country code.",
    country_unknown: "Unknown country code.",
    too_short: "This number is too short.",
    area_code_missing: "The area code is missing.",
    too_long: "This number is too long.",
    wrong_length: "The number has the wrong length for its country.",
    extension: "Remove the extension. Messages cannot be sent to extensions.",
}
