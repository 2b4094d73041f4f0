//! The error responses of a call, described by the very values that it answers with: so no code and no status is written twice.

use std::collections::BTreeMap;

use accountable_core::{
    Fault,
    domain::{KeyId, KeyName},
    port::EntropyError,
};
use axum::http::StatusCode;
use utoipa::openapi::{Content, Ref, RefOr, Schema, path::OperationBuilder};

use super::schema::{RETRY_AFTER, WWW_AUTHENTICATE, answer};
use crate::{
    auth::AuthError,
    trouble::Trouble,
    wire::{
        FieldError,
        negotiate::{UnsupportedCoding, UnsupportedMedia},
    },
};

/// What stands for a field's name in the text of an error.
const NAME: &str = "NAME";

/// An error response of a contract, as its description tells of it.
pub(crate) trait Described {
    /// The HTTP status.
    fn status(&self) -> u16;
    /// What callers tell the errors of one status apart by.
    fn code(&self) -> &str;
    /// What it means, where the code alone does not say.
    fn meaning(&self) -> Option<&str>;
    /// Whether it says how long to wait.
    fn waits(&self) -> bool;
}

/// All that a call may be refused with.
pub(crate) struct Failures<E>(Vec<E>);

impl<E: Described> Failures<E> {
    pub(crate) fn of(failures: impl IntoIterator<Item = E>) -> Self {
        Self(failures.into_iter().collect())
    }

    /// Those, and these.
    pub(crate) fn and(mut self, failures: impl IntoIterator<Item = impl Into<E>>) -> Self {
        self.0.extend(failures.into_iter().map(Into::into));
        self
    }

    /// Describes a response for each status. `contents` are the media types of a body with one of these codes, and their
    /// schemas.
    pub(crate) fn describe(
        &self,
        mut operation: OperationBuilder,
        contents: impl Fn(u16, &[&str]) -> Vec<(&'static str, RefOr<Schema>)>,
    ) -> OperationBuilder {
        let mut by_status: BTreeMap<u16, Vec<&E>> = BTreeMap::new();
        for failure in &self.0 {
            let alike = by_status.entry(failure.status()).or_default();
            if !alike.iter().any(|known| known.code() == failure.code()) {
                alike.push(failure);
            }
        }
        for (status, alike) in by_status {
            let codes: Vec<_> = alike.iter().map(|failure| failure.code()).collect();
            let mut response = answer(&described(status, &alike));
            if alike.iter().any(|failure| failure.waits()) {
                response = response.header_ref("Retry-After", Ref::new(RETRY_AFTER));
            }
            if status == 401 {
                response = response.header_ref("WWW-Authenticate", Ref::new(WWW_AUTHENTICATE));
            }
            for (media, schema) in contents(status, &codes) {
                response = response.content(media, Content::new(Some(schema)));
            }
            operation = operation.response(status.to_string(), response.build());
        }
        operation
    }
}

/// The status in words, and a line for each code that does not say all by itself.
fn described<E: Described>(status: u16, alike: &[&E]) -> String {
    let phrase = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let start = phrase.unwrap_or_default().to_owned();
    let meanings = alike.iter().filter_map(|failure| Some((failure.code(), failure.meaning()?)));
    meanings.fold(start, |text, (code, meaning)| format!("{text}\n- `{code}`: {meaning}"))
}

/// What every call may be refused with: by the guard around it, for its caller, and where the world fails.
pub(crate) fn of_every_call<E: From<Trouble> + From<AuthError> + From<Fault>>() -> Vec<E> {
    let troubles = [Trouble::Panicked, Trouble::PeerUnknown, Trouble::Busy, Trouble::OutOfTime];
    let unknown = [AuthError::NotAccepted, AuthError::MissingScope, AuthError::Unavailable("".into())];
    let troubles = troubles.into_iter().map(E::from);
    troubles.chain(unknown.into_iter().map(E::from)).chain(faults().map(E::from)).collect()
}

/// What a call with a body may be refused with for that.
pub(crate) fn of_a_body<E>() -> Vec<E>
where
    E: From<Trouble> + From<UnsupportedMedia> + From<UnsupportedCoding> + From<FieldError>,
{
    let field = || NAME.to_owned();
    let fields = [
        FieldError::Malformed,
        FieldError::WrongType { field: field() },
        FieldError::Missing { field: field() },
        FieldError::Unknown { field: field() },
        FieldError::Duplicate { field: field() },
    ];
    let troubles = [Trouble::BodyTooLarge, Trouble::BodyTooSlow, Trouble::BodyBroken];
    let media = [E::from(UnsupportedMedia), E::from(UnsupportedCoding)];
    media.into_iter().chain(troubles.map(E::from)).chain(fields.map(E::from)).collect()
}

/// Every fault.
fn faults() -> impl Iterator<Item = Fault> {
    let key = KeyId::parse(NAME).ok();
    let with_key = key
        .into_iter()
        .flat_map(|key| [Fault::UnknownKey(key.clone()), Fault::WrongKeyring(KeyName::Rotating(key))]);
    let others = [
        Fault::Unavailable("".into()),
        Fault::Overloaded,
        Fault::TimedOut,
        Fault::OutcomeUnknown,
        Fault::Broken("".into()),
        Fault::Damaged,
        Fault::Unscreened("".into()),
        Fault::HostFailed("".into()),
        Fault::NoEntropy(EntropyError("".into())),
        Fault::Hasher("".into()),
        Fault::Defect(""),
    ];
    with_key.chain(others)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;
    use crate::answer::Problem;

    /// The codes and statuses in a table of the source.
    fn table(source: &str, name: &str) -> BTreeSet<(String, u16)> {
        let (_, source) = source.split_once(&format!("impl {name} {{")).unwrap();
        let (source, _) = source.split_once("\nimpl ").unwrap_or((source, ""));
        let row = Regex::new(r#"=> \("([a-z_]+)", (\d+)\)"#).unwrap();
        let rows = row.captures_iter(source).map(|row| row.extract());
        rows.map(|(_, [code, status])| (code.to_owned(), status.parse().unwrap())).collect()
    }

    #[test]
    fn every_fault_and_every_trouble_is_described() {
        let all: Vec<Problem> = of_every_call::<Problem>().into_iter().chain(of_a_body()).collect();
        let all: BTreeSet<_> = all.iter().map(|known| (known.code().to_owned(), known.status())).collect();
        for (source, name) in [
            (include_str!("../../../../core/src/error.rs"), "Fault"),
            (include_str!("../trouble.rs"), "Trouble"),
        ] {
            let table = table(source, name);
            assert!(table.len() >= 7, "{name}: {table:?}");
            assert!(table.is_subset(&all), "{name}: {:?}", table.difference(&all));
        }
    }
}
