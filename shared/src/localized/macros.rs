//! The macros that turn a list of texts into functions.

/// Defines the functions and the list (`TEXTS`) of a noun's texts, in the noun's own module.
macro_rules! localized_texts {
    (
        $noun:ident;
        $($name:ident $(($($value:ident),+))?: $english:literal,)+
    ) => {
        use $crate::localized::LocalizedText;

        $(
            #[doc = concat!("`", $english, "`")]
            pub fn $name(
                $($($value: impl Into<$crate::localized::TextValue>),+)?
            ) -> LocalizedText {
                let key = concat!(stringify!($noun), ".", stringify!($name));
                let values = vec![$($((stringify!($value), $value.into())),+)?];
                LocalizedText::new(key, $english, values)
            }
        )+

        /// All texts of the noun: key, English text, and names of the values in order.
        pub const TEXTS: &[(&str, &str, &[&str])] = &[$((
            concat!(stringify!($noun), ".", stringify!($name)),
            $english,
            &[$($(stringify!($value)),+)?],
        )),+];
    };
}

pub(super) use localized_texts;

/// Defines a catalog of several nouns in one file, as the simulator does.
#[macro_export]
macro_rules! localized_catalog {
    ($(
        $(#[$about:meta])*
        $noun:ident {
            $($name:ident $(($($value:ident),+))?: $english:literal,)+
        }
    )+) => {
        $(
            $(#[$about])*
            pub mod $noun {
                use $crate::localized::LocalizedText;

                $(
                    #[doc = concat!("`", $english, "`")]
                    pub fn $name(
                        $($($value: impl Into<$crate::localized::TextValue>),+)?
                    ) -> LocalizedText {
                        let key = concat!(stringify!($noun), ".", stringify!($name));
                        let values = vec![$($((stringify!($value), $value.into())),+)?];
                        LocalizedText::new(key, $english, values)
                    }
                )+
            }
        )+

        /// All texts: key, English text, and names of the values in order.
        pub const ALL: &[(&str, &str, &[&str])] = &[$($((
            concat!(stringify!($noun), ".", stringify!($name)),
            $english,
            &[$($(stringify!($value)),+)?],
        )),+),+];
    };
}
