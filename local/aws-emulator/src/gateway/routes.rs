//! The routes of the HTTP API.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::template::{Template, TriggerSpec};

/// All routes of the HTTP API.
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
    Literal(String),
    /// `{name}`: one segment.
    Param(String),
    /// `{name+}`: all remaining segments, at least one.
    Greedy(String),
}

/// The route that matches a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteMatch {
    /// The function to invoke.
    pub function: String,
    /// The route key in events, for example `POST /a/{b}`.
    pub route_key: String,
    /// The decoded values of the path parameters.
    pub parameters: BTreeMap<String, String>,
}

impl Routes {
    /// Returns the HTTP routes of `template`.
    pub fn from_template(template: &Template) -> Self {
        let mut routes = Vec::new();
        for function in &template.functions {
            for trigger in &function.triggers {
                if let TriggerSpec::Http { method, path } = trigger {
                    routes.push(Route {
                        method: method.clone(),
                        path: path.clone(),
                        segments: segments(path).map(Segment::parse).collect(),
                        function: function.name.clone(),
                    });
                }
            }
        }
        Self(routes)
    }

    /// Returns the most specific route for `method` and the encoded `path`.
    ///
    /// A literal takes precedence over a parameter, a parameter over a greedy one, and a method over `ANY`.
    pub fn match_route(&self, method: &str, path: &str) -> Option<RouteMatch> {
        let parts: Vec<&str> = segments(path).collect();
        let candidates = self.0.iter().filter(|route| {
            (route.method == method || route.method == "ANY") && route.matches(&parts)
        });
        let best = candidates.min_by_key(|route| (route.rank(), route.method == "ANY"))?;
        Some(RouteMatch {
            function: best.function.clone(),
            route_key: format!("{} {}", best.method, best.path),
            parameters: best.parameters(&parts),
        })
    }
}

impl Route {
    fn matches(&self, parts: &[&str]) -> bool {
        if matches!(self.segments.last(), Some(Segment::Greedy(_))) {
            if parts.len() < self.segments.len() {
                return false;
            }
        } else if parts.len() != self.segments.len() {
            return false;
        }
        self.segments.iter().zip(parts).all(|(segment, part)| match segment {
            Segment::Literal(text) => text == part,
            Segment::Param(_) => !part.is_empty(),
            Segment::Greedy(_) => true,
        })
    }

    fn rank(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Param(_) => 1,
            Segment::Greedy(_) => 2,
        };
        self.segments.iter().map(rank).collect()
    }

    fn parameters(&self, parts: &[&str]) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        for (index, segment) in self.segments.iter().enumerate() {
            let (name, value) = match segment {
                Segment::Literal(_) => continue,
                Segment::Param(name) => {
                    (name, parts.get(index).copied().unwrap_or_default().to_owned())
                }
                Segment::Greedy(name) => (name, parts.get(index..).unwrap_or_default().join("/")),
            };
            parameters.insert(name.clone(), percent_decode(&value));
        }
        parameters
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Param(name.to_owned()),
            },
            None => Self::Literal(text.to_owned()),
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// Percent-decodes a text once.
///
/// Invalid UTF-8 becomes the replacement character.
pub(super) fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let source = include_str!("../../../../template.yaml");
        let added = "  GetAnything:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: get-anything } }
    Properties:
      Events:
        A: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: ANY, Path: '/api/conversations/{id}/{rest+}' } }
        B: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: GET, Path: /api/conversations/search } }

Outputs:";
        Routes::from_template(
            &Template::parse(&source.replace("\nOutputs:", &format!("\n{added}"))).unwrap(),
        )
    }

    fn function(method: &str, path: &str) -> Option<String> {
        routes().match_route(method, path).map(|matched| matched.function)
    }

    #[test]
    fn a_request_matches_the_route_of_its_method_and_path() {
        assert_eq!(function("POST", "/twilio/messages").as_deref(), Some("receive-message"));
        assert_eq!(function("GET", "/twilio/messages"), None);
        assert_eq!(function("POST", "/twilio/messages/"), None);
        assert_eq!(function("GET", "/api/conversations/").as_deref(), None);
    }

    #[test]
    fn parameters_are_decoded_and_the_route_key_names_them() {
        let route = routes().match_route("GET", "/api/conversations/a%20b%2Fc").unwrap();
        assert_eq!(route.route_key, "GET /api/conversations/{id}");
        assert_eq!(route.parameters["id"], "a b/c");
    }

    #[test]
    fn a_literal_beats_a_parameter_and_a_parameter_beats_a_greedy_one() {
        assert_eq!(function("GET", "/api/conversations/search").as_deref(), Some("get-anything"));
        assert_eq!(function("GET", "/api/conversations/x").as_deref(), Some("get-conversation"));
        let matched = function("POST", "/api/conversations/x/read");
        assert_eq!(matched.as_deref(), Some("mark-read"));
        let route = routes().match_route("PUT", "/api/conversations/x/y/z").unwrap();
        assert_eq!(
            (route.function.as_str(), route.parameters["rest"].as_str()),
            ("get-anything", "y/z")
        );
    }
}
