use accountable_conformance::doors::world::*;
use accountable_core::{Authentication, Builder, PublicError, domain::*};
use accountable_memory::MemoryStore;
use std::sync::Arc;

fn world() -> World {
    World::on(Arc::new(MemoryStore::new(Incarnation::from_bytes([1; 16]))), (), |b: Builder| b)
}

#[tokio::test]
async fn one_guess_each_30_s() {
    let w = world();
    w.in_use("ada@example.com", GOOD).await;
    let (mut ok, mut tries, mut disabled_at) = (0, 0, None);
    for step in 0..2880u64 {
        let ip = format!("198.51.{}.{}", step / 200, step % 200);
        let _ = w.from(&ip).authenticate(&email("ada@example.com"), &password(BETTER), None).await;
        if step % 60 == 30 {
            tries += 1;
            let a = w
                .from("203.0.113.7")
                .authenticate(&email("ada@example.com"), &password(GOOD), None)
                .await
                .unwrap();
            match a {
                Authentication::Denied(why) => {
                    if *why.for_logs() == Denial::Disabled && disabled_at.is_none() {
                        disabled_at = Some(step / 120)
                    }
                }
                _ => ok += 1,
            }
        }
        w.clock.advance(Span::seconds(30));
    }
    println!("OWNER let in {ok} of {tries}; disabled at hour {disabled_at:?}");
}

#[tokio::test]
async fn two_thousand_at_once() {
    let w = Arc::new(world());
    let before = w.hasher.verified();
    w.hasher.hold();
    let w2 = Arc::clone(&w);
    let open = tokio::spawn(async move {
        for _ in 0..20000 {
            tokio::task::yield_now().await;
        }
        w2.hasher.open();
    });
    let w3 = Arc::clone(&w);
    let out = at_once(2000, move |at| {
        let p = w3.from("192.0.2.1");
        async move { p.authenticate(&email(&format!("u{at}@example.com")), &password(BETTER), None).await }
    })
    .await;
    open.await.unwrap();
    let too = out.iter().filter(|o| matches!(o, Err(PublicError::TooMany { .. }))).count();
    println!("HASHES {} of 2000, TooMany {too}", w.hasher.verified() - before);
}

#[tokio::test]
async fn one_live_code() {
    let w = world();
    let id = w.in_use("ada@example.com", GOOD).await;
    let _ = w.public().request_password_reset(&email("ada@example.com"), Default::default()).await.unwrap();
    w.sweep().await;
    let code = w.mailed_code("ada@example.com");
    let before = w.hasher.verified();
    let mut too = 0;
    for _ in 0..2000 {
        if matches!(
            w.from("192.0.2.1").choose_password(&code, &password("x")).await,
            Err(PublicError::TooMany { .. })
        ) {
            too += 1
        }
    }
    println!("CODE hashes {} of 2000, TooMany {too} {id}", w.hasher.verified() - before);
    let before = w.hasher.verified();
    for _ in 0..2000 {
        if matches!(
            w.from("192.0.2.1").choose_password(&code, &password(GOOD)).await,
            Err(PublicError::TooMany { .. })
        ) {
            too += 1
        }
    }
    println!("CODE same hashes {} of 2000, TooMany {too}", w.hasher.verified() - before);
}

#[tokio::test]
async fn owner_under_a_lock() {
    let w = world();
    w.in_use("ada@example.com", GOOD).await;
    let owner = w.signed_in("ada@example.com", GOOD).await;
    for _ in 0..10 {
        let _ = w.log_in("ada@example.com", BETTER).await;
    }
    println!(
        "OWNER under lock: {:?}",
        owner.change_password(&password(GOOD), &password(BETTER)).await.map(|_| ()).map_err(|e| e.code())
    );
}

#[tokio::test]
async fn two_realms() {
    use accountable_core::port::Store;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(Incarnation::from_bytes([1; 16])));
    let w = World::on(Arc::clone(&store), (), |b: Builder| b);
    let mut rules = Rules::default();
    rules.lock_out.forget_after = Span::minutes(1);
    rules.lock_out.first_lock = Span::seconds(1);
    rules.lock_out.longest_lock = Span::seconds(30);
    let o = World::beside_with(&w, 77, keys(), move |b| b.realm(Realm::parse("other").unwrap()).rules(rules));
    w.in_use("ada@example.com", GOOD).await;
    let mut verified = 0;
    for _ in 0..500 {
        let before = w.probe.real_verifications();
        let _ = w.log_in("ada@example.com", BETTER).await;
        verified += w.probe.real_verifications() - before;
        w.clock.advance(Span::minutes(2));
        w.sweep().await;
        o.sweep().await;
    }
    println!("REALMS verified {verified}");
}
#[test]
fn zero() {
    let mut rules = Rules::default();
    rules.lock_out.forget_after = Span::ZERO;
    println!("ZERO {:?}", rules.check());
}
