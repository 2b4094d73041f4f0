//! Where else a reader may go from a page: to sign in, and to whoever can help.

use accountable_core::domain::Contact;
use accountable_words::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{page::Next, voice::Voice};

/// What may stand as it is in the address of a `mailto:` (RFC 6068, 2).
const IN_MAILTO: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Whether a page leads its reader to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// It does, if the host says where that is.
    ToSignIn,
    /// It asks for something, or leads elsewhere.
    Nowhere,
}

/// The ways that lead on from a page; the contact is one from each.
pub(super) fn ways(voice: &Voice<'_>, leads: Leads) -> Vec<Next> {
    let sign_in = voice.site.sign_in.as_ref().filter(|_| leads == Leads::ToSignIn);
    let sign_in = sign_in.map(|page| Next { url: page.to_string(), label: voice.say("page-sign-in") });
    let contact = voice.site.accounts.links().contact().map(|contact| {
        let (url, channel) = match contact {
            Contact::Page(page) => (page.to_string(), "page"),
            contact => (mailto(contact), "email"),
        };
        let args = Args::new().with_text("channel", channel).with_text("contact", contact.as_str());
        Next { url, label: voice.say_with("page-contact", args) }
    });
    sign_in.into_iter().chain(contact).collect()
}

fn mailto(contact: &Contact) -> String {
    let address = match contact {
        Contact::Email(address) => address.as_smtp(),
        other => other.as_str().into(),
    };
    format!("mailto:{}", utf8_percent_encode(&address, IN_MAILTO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contacts_address_is_one_recipient_and_nothing_else() {
        for (address, url) in [
            ("help@orchard.example", "mailto:help@orchard.example"),
            ("a..b@orchard.example", "mailto:%22a..b%22@orchard.example"),
            ("a?subject=x&cc=y@orchard.example", "mailto:a%3Fsubject%3Dx%26cc%3Dy@orchard.example"),
            ("hjälp@orchard.example", "mailto:hj%C3%A4lp@orchard.example"),
        ] {
            assert_eq!(mailto(&address.parse().unwrap()), url);
        }
    }
}
