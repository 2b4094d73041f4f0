//! How a sabotage is written down, and what it must break.

/// Defines sabotages of one method each.
macro_rules! sabotage {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* } $method:ident($this:ident, $store:ident $(, $arg:ident: $arg_type:ty)*) -> $answer:ty $body:block) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $name { $($field: $type),* }
        #[async_trait]
        impl Sabotage for $name {
            async fn $method(&self, $store: &MemoryStore $(, $arg: $arg_type)*) -> $answer {
                let $this = self;
                let _ = $this;
                $body
            }
        }
    };
}

/// A sabotage, and the checks that must fail under it, and only under it.
macro_rules! breaks {
    ($($name:ident: $sabotage:ident breaks $($file:ident :: $check:ident),+;)+) => {$(
        #[test]
        fn $name() {
            $(
                crate::tally::caught(
                    concat!(stringify!($sabotage), ", by ", stringify!($check)),
                    || accountable_conformance::block_on($file::$check::<Broken<Nothing>>()),
                    || accountable_conformance::block_on($file::$check::<Broken<$sabotage>>()),
                );
            )+
        }
    )+};
}
