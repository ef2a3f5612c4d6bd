//! Reasons why a request is in quarantine.

crate::localized::macros::localized_texts! {
    quarantine;
    missing: "Quarantine entry not found.",
    cut: "The request was too large to store in full and cannot be processed.",
    still_wrong_signature: "The Twilio signature is still invalid.",
    wrong_signature: "The Twilio signature is not valid for this URL.",
    foreign_account: "The request is for another Twilio account.",
    unknown_number: "The recipient number is not configured.",
    own_number: "The message comes from one of our own numbers.",
    unknown_service: "The Messaging Service is not configured.",
    unknown_message: "Status callback for an unknown message.",
    too_large: "The message is too large to store.",
    too_many_parameters: "The body has more than 1,000 parameters.",
    not_utf8: "The body is not UTF-8.",
    bad_percent_encoding: "The body has invalid percent-encoding.",
    parameter_twice(name): "The parameter {name} appears twice with different values.",
    parameter_missing(name): "The parameter {name} is missing.",
    parameter_unreadable(name): "The parameter {name} has an invalid value.",
    no_events: "The body is not a CloudEvent or a list of CloudEvents.",
    event_without_type: "The event has no type.",
    event_without_data: "The event has no data.",
}
