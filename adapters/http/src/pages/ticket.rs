//! What a link brought, kept in a cookie between opening the link and redeeming its code.

use accountable_core::domain::MailedCode;
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{form::among, page_url::PageUrl};

/// How long a browser keeps the cookie, in seconds. The link can be opened again after that.
const KEPT: u32 = 1_800;

/// What stands in the cookie of a link that can't be read: the page says so, and the address bar is clean all the same.
const UNREADABLE: &str = "unreadable";

/// A code and whose it is. Wiped on drop.
///
/// A return URL that stands beside them in the link is not taken: whoever passes a link on can change it. The one that the
/// code was issued with is honoured, and comes with what a genuine code tells of itself.
pub(super) struct Ticket {
    id: Zeroizing<String>,
    code: Zeroizing<String>,
}

impl Ticket {
    /// What a link's query brings; `None` where it is no link of ours, `Some(None)` where it is one that can't be read.
    pub(super) fn from_query(query: &str) -> Option<Option<Self>> {
        let read = among(query.as_bytes(), ["id", "confirmation_code"])?;
        Some(read.ok().and_then(|[id, code]| Self::new(id.unwrap_or_default(), code.unwrap_or_default())))
    }

    /// What the cookie holds; `None` where there is none, `Some(None)` where it can't be read.
    pub(super) fn from_cookies(headers: &HeaderMap, page: &PageUrl) -> Option<Option<Self>> {
        let named = |pair: &'_ str| -> Option<Zeroizing<String>> {
            let (name, value) = pair.trim().split_once('=')?;
            (name == cookie_name(page)).then(|| Zeroizing::new(value.to_owned()))
        };
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        // Browsers send the cookie of the longest path first: the page's own.
        let value = lines.flat_map(|line| line.split(';')).find_map(named)?;
        let owned = |text: &str| Zeroizing::new(text.to_owned());
        Some(value.split_once('.').and_then(|(id, code)| Self::new(owned(id), owned(code))))
    }

    /// Takes only what can stand in a cookie and could be genuine.
    fn new(id: Zeroizing<String>, code: Zeroizing<String>) -> Option<Self> {
        let plain = |text: &str, longest| {
            let legal = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
            (1..=longest).contains(&text.len()) && text.bytes().all(legal)
        };
        let readable = plain(&id, 36) && plain(&code, 43);
        readable.then_some(Self { id, code })
    }

    /// The code, to be inspected or redeemed.
    pub(super) fn code(&self) -> MailedCode {
        MailedCode::new(&self.id, &self.code)
    }

    /// The token that a form of this code carries. Nobody can make it without the code, and it tells nothing of the code.
    pub(super) fn token(&self) -> String {
        let mac = self.mac().map(|mac| mac.finalize().into_bytes());
        mac.map(|mac| URL_SAFE_NO_PAD.encode(mac)).unwrap_or_default()
    }

    /// Whether this is the token of a form of this code; compared in constant time.
    pub(super) fn made(&self, token: &str) -> bool {
        let token = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        self.mac().is_some_and(|mac| mac.verify_slice(&token).is_ok())
    }

    fn mac(&self) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.code.as_bytes()).ok()?;
        mac.update(b"form/1\0");
        mac.update(self.id.as_bytes());
        Some(mac)
    }
}

/// Keeps what a link brought.
pub(super) fn keep(ticket: Option<&Ticket>, page: &PageUrl) -> Option<HeaderValue> {
    let value = Zeroizing::new(match ticket {
        None => UNREADABLE.to_owned(),
        Some(Ticket { id, code }) => format!("{}.{}", id.as_str(), code.as_str()),
    });
    set_cookie(&value, KEPT, page)
}

/// Forgets it.
pub(super) fn forget(page: &PageUrl) -> Option<HeaderValue> {
    set_cookie("", 0, page)
}

fn set_cookie(value: &str, max_age: u32, page: &PageUrl) -> Option<HeaderValue> {
    let name = cookie_name(page);
    let secure = if page.is_secure() { "; Secure" } else { "" };
    // An attribute ends at a semicolon, which a URL's path may have.
    let path = if page.path().contains(';') { "/" } else { page.path() };
    let cookie = Zeroizing::new(format!(
        "{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"
    ));
    let mut header = HeaderValue::from_str(&cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// A browser takes a cookie of the prefixed name from an https page only.
const fn cookie_name(page: &PageUrl) -> &'static str {
    if page.is_secure() { "__Secure-accountable" } else { "accountable" }
}

#[cfg(test)]
mod tests {
    use accountable_core::domain::LinkUrl;

    use super::*;

    const ID: &str = "abcdefghijklmnopabcdefghijklmnop";
    const CODE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn page() -> PageUrl {
        PageUrl::of(&LinkUrl::parse("https://app.example/p").unwrap())
    }

    fn brought(query: &str) -> Option<Option<String>> {
        let shown = |ticket: Ticket| format!("{}.{}", ticket.id.as_str(), ticket.code.as_str());
        Ticket::from_query(query).map(|ticket| ticket.map(shown))
    }

    #[test]
    fn a_cookie_brings_back_what_the_link_brought() {
        let query = format!("id={ID}&confirmation_code={CODE}");
        let ticket = Ticket::from_query(&query).unwrap().unwrap();
        let cookie = keep(Some(&ticket), &page()).unwrap();
        assert!(cookie.is_sensitive());
        let text = cookie.to_str().unwrap();
        assert!(text.ends_with("; Path=/p; Max-Age=1800; HttpOnly; SameSite=Lax; Secure"), "{text}");
        let mut headers = HeaderMap::new();
        let sent = format!("other=1; {}", text.split(';').next().unwrap());
        headers.insert(COOKIE, sent.parse().unwrap());
        let back = Ticket::from_cookies(&headers, &page()).unwrap().unwrap();
        assert_eq!((back.id.as_str(), back.code.as_str()), (ID, CODE));
        assert!(back.made(&ticket.token()));
    }

    #[test]
    fn what_can_not_be_a_code_is_unreadable_and_never_reaches_the_cookie() {
        assert_eq!(brought("theme=dark"), None);
        for odd in [
            "id=a".to_owned(),
            format!("confirmation_code={CODE}"),
            format!("id=&confirmation_code={CODE}"),
            format!("id={ID}&confirmation_code={CODE}A"),
            format!("id={ID}&id={ID}&confirmation_code={CODE}"),
            format!("id=a%0D%0ASet-Cookie:x&confirmation_code={CODE}"),
            format!("id=a%3B%20Domain=x&confirmation_code={CODE}"),
            format!("id=%FF&confirmation_code={CODE}"),
        ] {
            assert_eq!(brought(&odd), Some(None), "{odd}");
        }
        let text = keep(None, &page()).unwrap();
        assert!(text.to_str().unwrap().starts_with("__Secure-accountable=unreadable; "));
    }

    #[test]
    fn a_return_url_beside_the_code_is_not_kept() {
        for beside in ["https%3A%2F%2Fapp.example%2Fx", "//evil.example", "%FF", "", "a&return_url=b"] {
            let query = format!("id={ID}&confirmation_code={CODE}&return_url={beside}");
            assert_eq!(brought(&query), Some(Some(format!("{ID}.{CODE}"))), "{beside}");
        }
    }

    #[test]
    fn a_token_is_of_one_code_and_one_account() {
        let ticket = |id: &str, code: &str| {
            Ticket::from_query(&format!("id={id}&confirmation_code={code}")).unwrap().unwrap()
        };
        let token = ticket(ID, CODE).token();
        assert!(ticket(ID, CODE).made(&token));
        assert!(!ticket(ID, "B").made(&token) && !ticket("a", CODE).made(&token));
        assert!(!ticket(ID, CODE).made("") && !token.contains(CODE));
    }
}
