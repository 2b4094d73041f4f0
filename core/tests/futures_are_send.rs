//! A host spawns what the doors return: every future must be `Send`. That this compiles is the test.

use accountable_core::{
    Accounts, Admin, DeliveryOptions, Journal, MailOptions, NewAccount, Owner, Public,
    domain::{AccountId, EmailAddress, MailedCode, Password},
};

fn send<T: Send>(_: T) {}

fn shared<T: Clone + Send + Sync + 'static>() {}

#[expect(dead_code, reason = "it need not run: that it compiles is the test")]
fn every_doors_future_is_send(
    accounts: Accounts,
    (public, owner, admin, journal): (&Public, &Owner, &Admin, &Journal),
    (email, password, code, id): (&EmailAddress, &Password, &MailedCode, AccountId),
) {
    send(public.authenticate(email, password, None));
    send(public.request_password_reset(email, MailOptions::default()));
    send(public.inspect_code(code));
    send(public.choose_password(code, password));
    send(owner.is_current());
    send(owner.change_password(password, password));
    send(admin.register(NewAccount::new(email.clone())));
    send(admin.account(id));
    send(admin.account_by_email(email));
    send(admin.request_password_set(id, DeliveryOptions::default()));
    send(admin.assign_password(id, password));
    send(journal.history(id, None, 1));
    send(journal.feed(None, 1));
    send(accounts.sweep(1));
    send(accounts.announce("a process"));
    send(accounts.clone().run_courier(std::future::pending()));
}

#[test]
fn the_handle_and_the_doors_can_be_shared() {
    shared::<Accounts>();
    shared::<Public>();
    shared::<Owner>();
    shared::<Admin>();
    shared::<Journal>();
}
