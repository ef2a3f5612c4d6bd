//! Every sentence that the simulated network says to the person at a phone.

shared::sentence_table! {
    /// What the network does not do.
    network {
        own_number: "That is the desk's own number.",
        no_phone_number(given): "{given} is no phone number. Write it with its country, like +1 206 555 0123.",
        no_person_id(given): "{given} is no id of a person on Messenger. It has letters and digits only.",
        all_taken: "All hundred invented numbers are taken. Write one of your own.",
        name_too_long(most): "A name has at most {most} characters.",
        no_phone(number): "No phone with the number {number} stands here.",
        airplane_mode: "Airplane mode is on. Turn it off to send.",
        no_sender: "The desk has no sender on this channel. Name one in .env.",
        nobody_there(number): "Nobody answers at {number}.",
        text_too_long: "A text has at most 1,600 characters.",
        too_many_files: "A message has at most ten files.",
        nothing_to_send: "There is nothing to send.",
        file_not_kept: "A file was not kept. Choose it again.",
        file_empty: "The file is empty.",
        no_file(sid): "No file {sid} is kept here.",
        broken: "The simulator's file twilio.db cannot be read or written.",
        no_guest: "Open the phones by the link that Partyline printed.",
        link_used: "This link was used. Take the newest one.",
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_sentence_names_the_values_that_it_is_given_and_ends() {
        for (key, english, values) in ALL {
            let named: Vec<&str> =
                english.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            assert_eq!(named, *values, "{key}");
            assert!(english.ends_with('.'), "{key}: {english}");
        }
    }
}
