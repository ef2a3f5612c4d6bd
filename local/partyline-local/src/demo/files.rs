//! The media files of the stories.

/// A file.
#[derive(Debug)]
pub(super) struct File {
    /// Its name on the phone.
    pub(super) name: &'static str,
    /// Its bytes.
    pub(super) bytes: &'static [u8],
}

static FILES: [File; 5] = [
    File { name: "bike.jpg", bytes: include_bytes!("files/bike.jpg") },
    File { name: "tyre.jpg", bytes: include_bytes!("files/tyre.jpg") },
    File { name: "note.ogg", bytes: include_bytes!("files/note.ogg") },
    File { name: "offer.pdf", bytes: include_bytes!("files/offer.pdf") },
    File { name: "card.vcf", bytes: include_bytes!("files/card.vcf") },
];

/// Returns the file with this name.
pub(super) fn find(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}
