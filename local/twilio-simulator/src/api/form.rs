//! The form of a request.

/// The fields in order.
///
/// Of a repeated field, [`Form::get`] returns the last.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Parses a body.
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// Returns the last field `name`, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let last = self.0.iter().rev().find(|(field, _)| field == name);
        last.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns all fields `name`.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }
}
