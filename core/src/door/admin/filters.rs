//! IP filter groups: defined, changed, removed, listed.

use super::Admin;
use crate::{
    domain::{Change, Cidr, EventKind, InputError, IpFilterGroup, IpFilterGroupName, Refusal, Stop},
    engine::watch::watched,
    engine::{Call, DecideError, Verdict},
    error::{Error, Fault},
    port::{AccountFilter, AccountQuery, Limit, Page, Stored, Swap, Who},
};

impl Admin {
    /// Defines a group of networks, or replaces the one of that name. Accounts that name it may be used from these
    /// networks only (IPv4 and IPv6); a group without networks lets nobody in.
    ///
    /// # Errors
    /// `too_many_networks` for more than 1,000; a [`Fault`].
    pub async fn define_ip_filter_group(
        &self,
        name: &IpFilterGroupName,
        networks: Vec<Cidr>,
    ) -> Result<IpFilterGroup, Error> {
        watched("admin.define_ip_filter_group", self.core.realm.as_str(), async {
            if networks.len() > IpFilterGroup::MOST {
                return Err(InputError::TooManyNetworks.into());
            }
            loop {
                let before = self.group(name).await?;
                let mut group = before.as_ref().map_or_else(
                    || IpFilterGroup::new(self.core.realm.clone(), name.clone(), Vec::new()),
                    |stored| stored.value.clone(),
                );
                group.networks.clone_from(&networks);
                let event = EventKind::IpFilterGroupDefined { name: name.clone() };
                if self.swap_group(Swap { before, after: Some(group.clone()) }, event).await? {
                    return Ok(group);
                }
            }
        })
        .await
    }

    /// Removes a group that no account names. The answer tells whether there was one.
    ///
    /// # Errors
    /// `ip_filter_group_in_use`; a [`Fault`].
    pub async fn remove_ip_filter_group(&self, name: &IpFilterGroupName) -> Result<bool, Error> {
        watched("admin.remove_ip_filter_group", self.core.realm.as_str(), async {
            loop {
                let Some(before) = self.group(name).await? else { return Ok(false) };
                if self.is_group_in_use(name).await? {
                    return Err(Refusal::IpFilterGroupInUse.into());
                }
                let event = EventKind::IpFilterGroupRemoved { name: name.clone() };
                if self.swap_group(Swap::remove(before), event).await? {
                    return Ok(true);
                }
            }
        })
        .await
    }

    /// Lists the groups of the realm in the order of their names, at most `at_most` a page, 1 to 1,000.
    ///
    /// # Errors
    /// A [`Fault`] where the store can't answer.
    pub async fn ip_filter_groups(
        &self,
        after: Option<IpFilterGroupName>,
        at_most: u32,
    ) -> Result<Page<IpFilterGroup, IpFilterGroupName>, Fault> {
        watched("admin.ip_filter_groups", self.core.realm.as_str(), async {
            let core = &self.core;
            let groups = core.store.groups(&core.realm, after, Limit::of(at_most));
            let page = core.deadline().within(groups).await??;
            Ok(Page { items: page.items.into_iter().map(|stored| stored.value).collect(), next: page.next })
        })
        .await
    }

    async fn group(&self, name: &IpFilterGroupName) -> Result<Option<Stored<IpFilterGroup>>, Fault> {
        let core = &self.core;
        let key = (core.realm.clone(), name.clone());
        let who = Who { group: Some(key.clone()), ..Who::nobody() };
        Ok(core.load(&who, &mut core.deadline()).await?.groups.remove(&key))
    }

    async fn is_group_in_use(&self, name: &IpFilterGroupName) -> Result<bool, Fault> {
        let core = &self.core;
        let filter = AccountFilter { ip_filter_group: Some(name.clone()), ..AccountFilter::default() };
        let query = AccountQuery::ById { realm: core.realm.clone(), after: None, filter };
        let mut query = Some(query);
        // A page may be empty and not the last one.
        while let Some(page) = query.take() {
            let ids = core.deadline().within(core.store.account_ids(&page, Limit::of(1))).await??;
            if !ids.items.is_empty() {
                return Ok(true);
            }
            query = ids.next;
        }
        Ok(false)
    }

    /// Tries to put a group in place; false where somebody else changed it meanwhile.
    async fn swap_group(&self, swap: Swap<IpFilterGroup>, event: EventKind) -> Result<bool, Error> {
        let decided = self
            .core
            .decide(Call::new(Who::nobody(), self.initiator()), |_, _, _| {
                let change = Change { events: vec![event.clone()], ..Change::none() };
                let mut verdict = Verdict::new(change, ());
                verdict.group = Some(swap.clone());
                Ok::<_, Stop>(verdict)
            })
            .await;
        match decided {
            Ok(_) => Ok(true),
            Err(DecideError::Superseded) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
