//! Malformed requests.

crate::localized::macros::localized_texts! {
    request;
    not_base64: "The body is not base64.",
    no_parameter(name): "Unknown query parameter “{name}”.",
    too_large: "The request is too large. It can be at most 64 KB.",
    not_said_to_be_json: "Set Content-Type to application/json.",
    not_as_expected(what): "Invalid request body: {what}.",
    not_as_expected_near(column): "Invalid request body (column {column}).",
    not_json(column): "The body is not valid JSON (column {column}).",
    foreign_cursor: "The cursor is not valid for this list.",
    limit: "`limit` must be a number from 1 to 100.",
    rev: "`rev` must be a whole number.",
    counts: "`counts` must be true or false.",
    sort: "`sort` must be longest_waiting, with `filter=waiting` and without `search`.",
    filter: "`filter` must be open, unread, waiting or closed; with `search` also all.",
    channel: "`channel` must be sms, whatsapp, messenger or rcs.",
    one_window: "Use only one of `before`, `after` and `around`.",
    search_backwards: "`search` cannot be combined with `after` or `around`.",
}
