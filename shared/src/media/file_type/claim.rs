//! What the sender of a file says about it.

/// What the sender of a file says about it. It decides only where the bytes do not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claim<'a> {
    /// The declared content type.
    pub content_type: Option<&'a str>,
    /// The file name.
    pub name: Option<&'a str>,
}

impl Claim<'_> {
    /// Returns the declared content type in lower case, without parameters.
    pub(super) fn essence(&self) -> String {
        let declared = self.content_type.unwrap_or_default();
        declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns the extension of the file name in lower case; empty without one.
    pub(super) fn extension(&self) -> String {
        let name = self.name.unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase()
    }

    /// Returns whether the file was declared as audio.
    pub(super) fn is_audio(&self) -> bool {
        self.essence().starts_with("audio/")
    }
}
