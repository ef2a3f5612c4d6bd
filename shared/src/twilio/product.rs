//! Twilio's products and the base URL of each.

use url::Url;

/// The pattern of the real Twilio.
const REAL_TWILIO: &str = "https://{product}.twilio.com";

/// What stands for the product's name in a pattern.
const PLACEHOLDER: &str = "{product}";

/// A product of Twilio, which has a host of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Messages and their media.
    Api,
    /// Templates.
    Content,
    /// Uploads for Conversations.
    MediaContent,
    /// Messaging Services and senders.
    Messaging,
}

impl Product {
    /// Returns the name in the product's host, for example `api` in `api.twilio.com`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Content => "content",
            Self::MediaContent => "mcs.us1",
            Self::Messaging => "messaging",
        }
    }
}

/// The base URLs of all products, as one URL with `{product}` in the place of the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductUrls(String);

impl ProductUrls {
    /// What [`Self::parse`] accepts, for messages about an invalid value.
    pub const EXPECTED: &str = "must be https://api.twilio.com, or an http(s) URL with {product}";

    /// Parses a pattern with `{product}`, or the URL of the product `api`.
    ///
    /// In a URL without `{product}`, the first label of the host must be `api`. It is replaced, so that
    /// `https://api.twilio.com` means the real Twilio. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        let pattern = if text.contains(PLACEHOLDER) {
            text.to_owned()
        } else {
            let (scheme, host) = text.split_once("://")?;
            format!("{scheme}://{PLACEHOLDER}.{}", host.strip_prefix("api.")?)
        };
        let urls = Self(pattern);
        let url = Url::parse(&urls.get(Product::Api)).ok()?;
        let is_http = matches!(url.scheme(), "http" | "https");
        let is_base = url.query().is_none() && url.fragment().is_none();
        let without_credentials = url.username().is_empty() && url.password().is_none();
        (is_http && is_base && without_credentials).then_some(urls)
    }

    /// Returns the base URL of a product, without a slash at the end.
    pub fn get(&self, product: Product) -> String {
        self.0.replace(PLACEHOLDER, product.name())
    }
}

impl Default for ProductUrls {
    /// Returns the URLs of the real Twilio.
    fn default() -> Self {
        Self(REAL_TWILIO.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTS: [Product; 4] =
        [Product::Api, Product::Content, Product::MediaContent, Product::Messaging];

    fn urls_of(text: &str) -> [String; 4] {
        let urls = ProductUrls::parse(text).unwrap();
        PRODUCTS.map(|product| urls.get(product))
    }

    #[test]
    fn each_product_of_the_real_twilio_has_its_own_host() {
        let expected = [
            "https://api.twilio.com",
            "https://content.twilio.com",
            "https://mcs.us1.twilio.com",
            "https://messaging.twilio.com",
        ];
        assert_eq!(PRODUCTS.map(|product| ProductUrls::default().get(product)), expected);
        assert_eq!(urls_of("https://api.twilio.com"), expected);
        assert_eq!(urls_of("https://api.twilio.com/"), expected);
        assert_eq!(urls_of("https://{product}.twilio.com"), expected);
        let regional = urls_of("https://api.dublin.ie1.twilio.com");
        assert_eq!(regional[3], "https://messaging.dublin.ie1.twilio.com");
    }

    #[test]
    fn each_product_of_a_local_twilio_has_its_own_path() {
        let urls = urls_of("http://127.0.0.1:4000/{product}");
        assert_eq!(urls[0], "http://127.0.0.1:4000/api");
        assert_eq!(urls[2], "http://127.0.0.1:4000/mcs.us1");
    }

    #[test]
    fn a_url_from_which_the_products_do_not_follow_is_rejected() {
        for invalid in [
            "",
            "api.twilio.com",
            "https://twilio.com",
            "https://messaging.twilio.com",
            "http://127.0.0.1:4000",
            "ftp://{product}.twilio.com",
            "https://{product}.twilio.com?a=b",
            "https://{product}.twilio.com#a",
            "https://user:password@{product}.twilio.com",
            "{product}",
        ] {
            assert_eq!(ProductUrls::parse(invalid), None, "{invalid}");
        }
    }
}
