//! Where events are told: a name, a URL, and the secrets that sign for it.

use std::fmt;

use accountable_core::{FollowerName, domain::LinkUrl};

use super::secret::SigningSecret;
use crate::event_form::EventForm;

/// Where events are told, and what they are signed with. `Debug` shows the name only: there may be a key in the URL.
#[derive(Clone)]
pub struct Endpoint {
    name: FollowerName,
    url: LinkUrl,
    secrets: Vec<SigningSecret>,
    form: EventForm,
}

/// A URL that no event may be sent to. It is not repeated, since there may be a key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("webhooks go to https:// URLs, or to http:// ones of this machine")]
pub struct BadEndpoint;

impl Endpoint {
    /// An endpoint. Its name stands for it in the store: under another name, all that the journal holds is told anew.
    ///
    /// # Errors
    /// [`BadEndpoint`] for a URL that is neither HTTPS nor this machine's.
    pub fn new(name: FollowerName, url: &str, secret: SigningSecret) -> Result<Self, BadEndpoint> {
        // The one rule of which URLs a secret may be sent to.
        let url = LinkUrl::parse(url).map_err(|_| BadEndpoint)?;
        Ok(Self { name, url, secrets: vec![secret], form: EventForm::default() })
    }

    /// Signs with this secret as well, so that a receiver can go over from one to the other without a gap.
    #[must_use]
    pub fn also_signed_by(mut self, secret: SigningSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Is told events in this form; as the journal has them by default. The place in the journal stays the name's.
    #[must_use]
    pub const fn telling(mut self, form: EventForm) -> Self {
        self.form = form;
        self
    }

    pub(super) const fn form(&self) -> EventForm {
        self.form
    }

    /// The endpoint's name.
    #[must_use]
    pub const fn name(&self) -> &FollowerName {
        &self.name
    }

    pub(super) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The signatures of a message, in one header.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        let signatures: Vec<_> = self.secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect();
        signatures.join(" ")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("name", &self.name.as_str()).finish_non_exhaustive()
    }
}
