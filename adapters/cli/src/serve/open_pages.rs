//! The pages that codes lead to, of each realm, each once.

use accountable::{
    Settings,
    domain::{LinkUrl, Purpose},
    http::pages::PagesOptions,
    mail::words::Words,
};

use crate::{
    error::{CommandError, failed},
    serve::{contracts::CONTRACT_PATHS, tenants::Tenancy},
};

/// Where password managers look, at the root: no page can be there either.
const WELL_KNOWN: &str = "/.well-known";

/// A page, and the accounts whose codes it redeems.
pub(super) struct OpenPage {
    pub(super) tenancy: Tenancy,
    pub(super) options: PagesOptions,
}

/// The pages of every realm, and the one that WebConnect's mails lead to, where it has a policy of its own.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) fn open_pages(settings: &Settings) -> Result<Vec<OpenPage>, CommandError> {
    let words = settings.words.build().map_err(failed)?;
    let mut pages = Vec::new();
    for of_realm in settings.each_realm() {
        let realm = &of_realm.realm;
        let links = of_realm.links.build();
        let links = links.map_err(|error| match *realm == settings.realm {
            true => failed(error),
            false => failed(format!("realms.{realm}.{error}")),
        })?;
        let mut urls: Vec<&LinkUrl> = Vec::new();
        for purpose in Purpose::ALL {
            let url = links.page(purpose);
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
        for url in urls {
            open(settings, &words, url, Tenancy::of(realm.clone()), &mut pages)?;
        }
    }
    let webconnect = &settings.http.webconnect;
    if let (true, Some(_), Some(url)) = (webconnect.enabled, webconnect.policy, webconnect.options.page()) {
        let tenancy = Tenancy::named(settings, webconnect.realm.as_ref(), webconnect.policy)?;
        open(settings, &words, url, tenancy, &mut pages)?;
    }
    Ok(pages)
}

/// Opens a page at this URL.
fn open(
    settings: &Settings,
    words: &Words,
    url: &LinkUrl,
    tenancy: Tenancy,
    pages: &mut Vec<OpenPage>,
) -> Result<(), CommandError> {
    let service = settings.mail.service.as_deref();
    let options = settings.http.pages.options(url.clone(), service).map_err(failed)?;
    refuse_clash(settings, url, &options, pages)?;
    let options = options.with_words(words.clone());
    pages.push(OpenPage { tenancy, options });
    Ok(())
}

/// Refuses a page whose path is a contract's or another page's, since one path has one answer.
fn refuse_clash(
    settings: &Settings,
    url: &LinkUrl,
    page: &PagesOptions,
    others: &[OpenPage],
) -> Result<(), CommandError> {
    let path = page.path();
    let below =
        |other: &str| path == other || path.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    let base = &settings.http.base_path;
    if CONTRACT_PATHS.iter().any(|contract| below(&format!("{base}{contract}"))) {
        return Err(failed(format!("links: the page {} is where a contract is", url.as_str())));
    }
    if below(WELL_KNOWN) {
        return Err(failed(format!("links: the page {} is where password managers look", url.as_str())));
    }
    let taken = |other: &str| other == path || path == format!("{other}/new-link");
    match others.iter().any(|other| taken(&other.options.path())) {
        true => Err(failed(format!("links: the path of the page {} is another page's", url.as_str()))),
        false => Ok(()),
    }
}
