//! The contracts that are switched on, each over the accounts of its realm and by its own rule for passwords.

use accountable::{
    Settings, SystemClock,
    http::{
        Guard, feed, feedback,
        profile::{data_forest, payway, webconnect},
    },
};
use axum::Router;

use crate::{
    error::{CommandError, failed},
    serve::{
        openapi::{self, Descriptions},
        server::guarded,
        tenants::{Tenancy, Tenants},
    },
};

/// The paths of the contracts, below that of all of them: where no page can be.
pub(super) const CONTRACT_PATHS: [&str; 5] =
    ["/api/v2/accounts", "/external/api/v1/accounts", "/feedback", "/events", openapi::FOLDER];

/// Makes the router of a contract over its accounts, within the guard.
pub(super) type Contract = Box<dyn FnOnce(&Guard, &Tenants) -> Result<Router, CommandError> + Send>;

/// The contracts that are switched on, an entry for each. The callers' keys are read here, each file once, and only if a
/// contract needs it.
///
/// # Errors
/// [`CommandError::Failed`], naming the option.
pub(super) fn contracts(settings: &Settings, streams: &feed::Streams) -> Result<Vec<Contract>, CommandError> {
    let http = &settings.http;
    let base = http.base_path().map_err(failed)?.to_owned();
    let descriptions = Descriptions { enabled: http.openapi.enabled };
    let under = {
        let base = base.clone();
        move |router: Router| match base.as_str() {
            "" => router,
            base => Router::new().nest(base, router),
        }
    };
    let mut read = None;
    let mut bearer_keys = || {
        let keys = match read.take() {
            Some(keys) => keys,
            None => http.bearer_keys().map_err(failed)?,
        };
        Ok::<_, CommandError>(read.insert(keys).clone())
    };
    let mut contracts: Vec<Contract> = Vec::new();
    if http.webconnect.enabled {
        // Not nested: it says its path itself, in `Location`.
        let (keys, options) = (bearer_keys()?, http.webconnect_options().map_err(failed)?);
        // No call of it has a password in it: its policy is that of its page.
        let tenancy = Tenancy::named(settings, http.webconnect.realm.as_ref(), None)?;
        let under = under.clone();
        contracts.push(Box::new(move |guard, tenants| {
            let described = descriptions.route("webconnect", || webconnect::description(&options));
            let calls = webconnect::router(tenants.behind(&tenancy)?, keys, options);
            Ok(guarded(guard, calls.merge(under(described))))
        }));
    }
    if http.data_forest.enabled {
        let keys = http.ncp_signatures(SystemClock).map_err(failed)?;
        let (under, base, options) = (under.clone(), base.clone(), http.data_forest.options.clone());
        let tenancy = Tenancy::named(settings, http.data_forest.realm.as_ref(), http.data_forest.policy)?;
        contracts.push(Box::new(move |guard, tenants| {
            let accounts = tenants.behind(&tenancy)?;
            let document = || data_forest::description(&accounts, &options).below(&base);
            let described = descriptions.route("data_forest", document);
            let calls = data_forest::router(accounts, keys, options);
            Ok(guard.around(under(calls.merge(described)), data_forest::says))
        }));
    }
    if http.payway.enabled {
        let keys = bearer_keys()?;
        let (under, base, options) = (under.clone(), base.clone(), http.payway.options.clone());
        let tenancy = Tenancy::named(settings, http.payway.realm.as_ref(), http.payway.policy)?;
        contracts.push(Box::new(move |guard, tenants| {
            let accounts = tenants.behind(&tenancy)?;
            let document = || payway::description(&accounts, &options).below(&base);
            let described = descriptions.route("payway", document);
            let calls = payway::router(accounts, keys, options);
            Ok(guard.around(under(calls.merge(described)), payway::says))
        }));
    }
    if http.feedback.enabled {
        let keys = bearer_keys()?;
        let under = under.clone();
        contracts.push(Box::new(move |guard, tenants| {
            Ok(guarded(guard, under(feedback::router_over(tenants.accounts(), keys))))
        }));
    }
    if http.feed.enabled {
        let keys = bearer_keys()?;
        let (under, streams, first) = (under.clone(), streams.clone(), settings.realm.clone());
        contracts.push(Box::new(move |guard, tenants| {
            let feeds = tenants.each().map(|(realm, accounts)| {
                let path = if *realm == first { "/events".to_owned() } else { format!("/events/{realm}") };
                feed::router_at(&path, accounts.clone(), keys.clone(), streams.clone())
            });
            Ok(guarded(guard, under(feeds.fold(Router::new(), Router::merge))))
        }));
    }
    Ok(contracts)
}
