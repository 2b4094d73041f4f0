//! Clause 35: what was erased is gone from what the store keeps, octet by octet.

use accountable_core::{
    domain::{Account, Memo},
    port::{Stored, Swap},
};

use super::{Stage, StoreUnderTest, put};
use crate::samples::{self, Batch};

/// 35. The octets of an erased account's addresses, note and hashes are gone.
pub async fn clause_35_the_octets_of_an_erased_account_are_gone<S: StoreUnderTest>() {
    let stage = Stage::<S>::fresh().await;
    let (store, names) = (&*stage.store, &stage.names);
    if let Err(why) = stage.fixture.all_bytes().await {
        return why.tell("clause 35, what is left on the disk");
    }
    let [own, was, wanted] = ["erased.own", "erased.former", "erased.pending"]
        .map(|local| samples::email(&format!("{local}@example.com")));
    let mut account = samples::account(names.account(), &own);
    let mut stamp = None;
    let mut secrets = Vec::new();
    // Several versions, since each of them may leave its octets somewhere else.
    for version in 0..20_u8 {
        let mut next = samples::sealed_under(samples::next(&account), &["one", "two"]);
        next = samples::with(next, |facts| {
            let hash = |salt| samples::keyring().seal_hash(&account.realm, account.id, [salt; 24], "$hash$");
            facts.password.iter_mut().for_each(|password| password.hash = hash(version));
            facts.memo = Memo::parse(&format!("a private memo, version {version}.")).expect("a memo");
            facts.former = vec![samples::former(1, &was, version % 2 == 0)];
            facts.pending = Some(samples::pending(2, &wanted));
        });
        secrets.extend(secrets_of(&next));
        let before = stamp.map(|stamp| Stored { value: account, stamp });
        let swap = Swap { before, after: Some(next.clone()) };
        stamp = Some(put(store, Batch::new(names.commit()).account(swap).build()).await.id());
        account = next;
    }
    // What is looked for can be found as long as it is there; else nothing is shown below.
    let kept = octets(&stage).await;
    for secret in secrets_of(&account) {
        assert!(holds(&kept, &secret), "{secret:?} can't be found while it is stored: mend the fixture");
    }
    let before = Stored { value: account.clone(), stamp: stamp.expect("it was created") };
    let erased = samples::erased(&account);
    put(store, Batch::new(names.commit()).account(Swap::replace(before, erased)).build()).await;
    let kept = octets(&stage).await;
    for secret in secrets {
        assert!(!holds(&kept, &secret), "{secret:?} is still there");
    }
}

async fn octets<S: StoreUnderTest>(stage: &Stage<S>) -> Vec<u8> {
    stage.fixture.all_bytes().await.expect("it was offered before")
}

/// As they are stored, whatever stands around them: local parts, the memo, and the sealed hashes.
fn secrets_of(account: &Account) -> Vec<String> {
    let facts = account.facts().expect("a live account");
    let mut secrets = vec![
        "erased.own".to_owned(),
        "erased.former".to_owned(),
        "erased.pending".to_owned(),
        facts.memo.as_str().to_owned(),
    ];
    let hashes = facts.password.iter().map(|password| &password.hash);
    for hash in hashes.chain(facts.previous.iter().map(|former| &former.hash)) {
        let value = serde_json::to_value(hash).expect("a sealed hash");
        longest_text(&value, &mut secrets);
    }
    secrets
}

/// The longest text within: the sealed octets themselves, not the name of their key.
fn longest_text(value: &serde_json::Value, found: &mut Vec<String>) {
    let mut texts = Vec::new();
    gather(value, &mut texts);
    found.extend(texts.into_iter().max_by_key(String::len));
}

fn gather(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| gather(field, texts)),
        _ => {}
    }
}

fn holds(octets: &[u8], secret: &str) -> bool {
    octets.windows(secret.len()).any(|window| window == secret.as_bytes())
}
