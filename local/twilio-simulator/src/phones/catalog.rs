//! The texts of the phones API's errors.

shared::localized_catalog! {
    /// The errors of the phones API.
    network {
        own_number: "This is one of your own numbers.",
        no_phone_number(given): "{given} is not a valid phone number. Use the international format, for example +1 206 555 0123.",
        no_person_id(given): "{given} is not a valid Messenger user ID. Use letters and digits only.",
        all_taken: "All 100 generated numbers are in use. Enter your own.",
        name_too_long(max): "The name can have at most {max} characters.",
        no_phone(number): "No phone with the number {number}.",
        airplane_mode: "Airplane mode is on. Turn it off to send.",
        no_sender: "No sender is configured for this channel. Add one in .env.",
        unknown_number(number): "The number {number} does not exist.",
        text_too_long: "The text can have at most 1,600 characters.",
        too_many_files: "A message can have at most ten attachments.",
        nothing_to_send: "Write a text or attach a file.",
        file_not_saved: "A file was not saved. Choose it again.",
        file_empty: "The file is empty.",
        no_file(sid): "File {sid} not found.",
        broken: "The simulator could not read or write twilio.db.",
        access_required: "Open the Phones page with the link that Partyline printed.",
        link_used: "This link was already used. Use the latest link.",
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_text_names_its_values_and_ends_with_a_full_stop() {
        for (key, english, values) in ALL {
            let named: Vec<&str> =
                english.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            assert_eq!(named, *values, "{key}");
            assert!(english.ends_with('.'), "{key}: {english}");
        }
    }
}
