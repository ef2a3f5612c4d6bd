//! Attachments and uploads.

crate::localized::macros::localized_texts! {
    file;
    missing: "Attachment not found.",
    not_here: "This attachment is still being downloaded, or its download failed.",
    not_failed: "The download of this attachment did not fail or is already being repeated.",
    gone: "An uploaded file has expired. Remove it and attach it again.",
    not_whole: "A file was not uploaded completely. Remove it and attach it again.",
    not_what_it_says(name): "The content of “{name}” does not match its type or is not supported. Remove it.",
    type_refused: "This file type is not supported. Send an image, an audio file, a video or a PDF.",
    whatsapp_audio(format): "WhatsApp does not support {format} audio. Use AAC, AMR, M4A, MP3, or OGG with Opus.",
    empty: "The file is empty. Choose another one.",
    too_large(max): "The file is too large. It can be at most {max:bytes}.",
}
