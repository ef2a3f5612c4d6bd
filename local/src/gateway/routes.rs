//! The HTTP API's routes, and which of them a request meets.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::template::{Template, TriggerSpec};

/// Every route of the HTTP API.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<Route>);

#[derive(Debug, Clone)]
struct Route {
    method: String,
    path: String,
    segments: Vec<Segment>,
    function: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// A literal.
    Text(String),
    /// `{name}`: one segment.
    One(String),
    /// `{name+}`: all that is left, at least one.
    Rest(String),
}

/// The route that a request met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The function to invoke.
    pub function: String,
    /// `POST /a/{b}`, as it stands in events.
    pub route_key: String,
    /// The values of `{names}`, decoded.
    pub parameters: BTreeMap<String, String>,
}

impl Routes {
    /// The HTTP routes of `template`.
    pub fn of(template: &Template) -> Self {
        let mut routes = Vec::new();
        for function in &template.functions {
            for trigger in &function.triggers {
                if let TriggerSpec::Http { method, path } = trigger {
                    routes.push(Route {
                        method: method.clone(),
                        path: path.clone(),
                        segments: segments(path).map(Segment::of).collect(),
                        function: function.name.clone(),
                    });
                }
            }
        }
        Self(routes)
    }

    /// The most specific route for `method` and the still encoded `path`. A literal beats a name, a name beats the rest
    /// of the path, a method beats `ANY`.
    pub fn meet(&self, method: &str, path: &str) -> Option<Met> {
        let given: Vec<&str> = segments(path).collect();
        let candidates = self.0.iter().filter(|route| {
            (route.method == method || route.method == "ANY") && route.covers(&given)
        });
        let best = candidates.min_by_key(|route| (route.rank(), route.method == "ANY"))?;
        Some(Met {
            function: best.function.clone(),
            route_key: format!("{} {}", best.method, best.path),
            parameters: best.parameters(&given),
        })
    }
}

impl Route {
    fn covers(&self, given: &[&str]) -> bool {
        if matches!(self.segments.last(), Some(Segment::Rest(_))) {
            if given.len() < self.segments.len() {
                return false;
            }
        } else if given.len() != self.segments.len() {
            return false;
        }
        self.segments.iter().zip(given).all(|(segment, given)| match segment {
            Segment::Text(text) => text == given,
            Segment::One(_) => !given.is_empty(),
            Segment::Rest(_) => true,
        })
    }

    fn rank(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Text(_) => 0,
            Segment::One(_) => 1,
            Segment::Rest(_) => 2,
        };
        self.segments.iter().map(rank).collect()
    }

    fn parameters(&self, given: &[&str]) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let (name, value) = match segment {
                Segment::Text(_) => continue,
                Segment::One(name) => (name, given.get(at).copied().unwrap_or_default().to_owned()),
                Segment::Rest(name) => (name, given.get(at..).unwrap_or_default().join("/")),
            };
            parameters.insert(name.clone(), decoded(&value));
        }
        parameters
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Rest(name.to_owned()),
                None => Self::One(name.to_owned()),
            },
            None => Self::Text(text.to_owned()),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// Percent-decoded once; what is no UTF-8 becomes the replacement character.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let source = include_str!("../../../template.yaml");
        let added = "  GetAnything:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: get-anything } }
    Properties:
      Events:
        A: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: ANY, Path: '/api/conversations/{id}/{rest+}' } }
        B: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: GET, Path: /api/conversations/search } }

Outputs:";
        Routes::of(&Template::parse(&source.replace("\nOutputs:", &format!("\n{added}"))).unwrap())
    }

    fn function(method: &str, path: &str) -> Option<String> {
        routes().meet(method, path).map(|met| met.function)
    }

    #[test]
    fn a_request_meets_the_route_of_its_method_and_path() {
        assert_eq!(function("POST", "/twilio/messages").as_deref(), Some("receive-message"));
        assert_eq!(function("GET", "/twilio/messages"), None);
        assert_eq!(function("POST", "/twilio/messages/"), None);
        assert_eq!(function("GET", "/api/conversations/").as_deref(), None);
    }

    #[test]
    fn parameters_are_decoded_and_the_route_key_names_them() {
        let met = routes().meet("GET", "/api/conversations/a%20b%2Fc").unwrap();
        assert_eq!(met.route_key, "GET /api/conversations/{id}");
        assert_eq!(met.parameters["id"], "a b/c");
    }

    #[test]
    fn a_literal_beats_a_name_and_a_name_beats_the_rest() {
        assert_eq!(function("GET", "/api/conversations/search").as_deref(), Some("get-anything"));
        assert_eq!(function("GET", "/api/conversations/x").as_deref(), Some("get-conversation"));
        let read = function("POST", "/api/conversations/x/read");
        assert_eq!(read.as_deref(), Some("mark-read"));
        let met = routes().meet("PUT", "/api/conversations/x/y/z").unwrap();
        assert_eq!(
            (met.function.as_str(), met.parameters["rest"].as_str()),
            ("get-anything", "y/z")
        );
    }
}
