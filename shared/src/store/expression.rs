//! Expressions: placeholders for names and values, and typed conditions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::row::Item;

/// The names and values that an expression refers to.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: HashMap<String, String>,
    values: Item,
}

impl Placeholders {
    /// Returns the placeholder path of an attribute path such as `statuses.sent` or `media[2].state`.
    ///
    /// Every name has a placeholder, so reserved words need no care.
    pub(super) fn path(&mut self, path: &str) -> String {
        let parts: Vec<String> = path.split('.').map(|part| self.part(part)).collect();
        parts.join(".")
    }

    fn part(&mut self, part: &str) -> String {
        let end = part.find('[').unwrap_or(part.len());
        let (name, index) = part.split_at(end);
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        format!("{placeholder}{index}")
    }

    /// Returns the placeholder of a value.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// Returns the names, if there are any.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// Returns the values, if there are any.
    pub(super) fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

/// A condition on the attributes of one item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// The attribute is there.
    Exists(&'static str),
    /// The attribute is absent.
    Absent(&'static str),
    /// The attribute compares with a value.
    Compare(String, &'static str, AttributeValue),
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// At least one holds.
    Or(Box<Self>, Box<Self>),
}

/// Requires that the attribute is there.
pub(super) fn exists(name: &'static str) -> Condition {
    Condition::Exists(name)
}

/// Requires that the attribute is absent.
pub(super) fn absent(name: &'static str) -> Condition {
    Condition::Absent(name)
}

/// Requires that the attribute has this value.
pub(super) fn equals(path: impl Into<String>, value: AttributeValue) -> Condition {
    Condition::Compare(path.into(), "=", value)
}

/// Requires that the attribute has this value, or is absent if `value` is missing.
pub(super) fn equals_or_absent(name: &'static str, value: Option<AttributeValue>) -> Condition {
    value.map_or(Condition::Absent(name), |value| equals(name, value))
}

/// Requires that the attribute is less than this value.
pub(super) fn less_than(path: impl Into<String>, value: AttributeValue) -> Condition {
    Condition::Compare(path.into(), "<", value)
}

/// Requires that the attribute is greater than this value.
pub(super) fn greater_than(path: impl Into<String>, value: AttributeValue) -> Condition {
    Condition::Compare(path.into(), ">", value)
}

impl Condition {
    /// Requires both conditions.
    pub(super) fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// Requires at least one of the conditions.
    pub(super) fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    /// Returns the condition as an expression.
    pub(super) fn render(&self, placeholders: &mut Placeholders) -> String {
        match self {
            Self::Exists(name) => format!("attribute_exists({})", placeholders.path(name)),
            Self::Absent(name) => format!("attribute_not_exists({})", placeholders.path(name)),
            Self::Compare(path, operator, value) => {
                let path = placeholders.path(path);
                format!("{path} {operator} {}", placeholders.value(value.clone()))
            }
            Self::And(first, second) => {
                format!("({} AND {})", first.render(placeholders), second.render(placeholders))
            }
            Self::Or(first, second) => {
                format!("({} OR {})", first.render(placeholders), second.render(placeholders))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{attr_n, attr_s};
    use super::*;

    #[test]
    fn a_condition_is_rendered_with_placeholders_for_all_names_and_values() {
        let condition = exists("list_pk").and(
            absent("last_ulid")
                .or(less_than("last_ulid", attr_s("01")).or(equals("media[2].state", attr_n(3)))),
        );
        let mut placeholders = Placeholders::default();
        assert_eq!(
            condition.render(&mut placeholders),
            "(attribute_exists(#list_pk) AND (attribute_not_exists(#last_ulid) OR \
             (#last_ulid < :v0 OR #media[2].#state = :v1)))"
        );
        let names = placeholders.names().unwrap();
        assert_eq!(names["#media"], "media");
        assert_eq!(names.len(), 4);
        assert_eq!(placeholders.values().unwrap()[":v1"], attr_n(3));
    }
}
