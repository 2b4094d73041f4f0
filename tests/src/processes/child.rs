//! What a child does: a worker obeys orders, a writer writes until it is killed.

use std::{
    env,
    io::{Write as _, stdin, stdout},
    panic, process, thread,
};

use accountable_core::{
    Delivery, DeliveryOptions, NewAccount,
    domain::{AccountId, Span},
};

use super::{
    Restored, SharedStore,
    place::{Place, World, email, new_life, password},
    post::code_of,
    process::{ANSWER, FOLDER, NAME, ROLE},
};
use crate::block_on;

/// What a writer's owners choose.
pub(crate) const CHOSEN: &str = "plum trombone 42 Quartz!";
/// What a writer assigns to them afterwards.
pub(crate) const ASSIGNED: &str = "velvet anchor 77 Dune?";
/// So many threads write at once in a writer.
pub(crate) const WRITERS: usize = 3;

/// What a child does, told by its environment; in the parent it does nothing.
pub fn run<P: SharedStore>() {
    let Ok(role) = env::var(ROLE) else { return };
    let place = Place::<P>::at(env::var(FOLDER).unwrap(), "");
    // Whoever panics ends the whole process: the parent must not wait for the others.
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        report(panic);
        process::exit(101);
    }));
    // The test runner has begun a line.
    println!();
    match role.as_str() {
        "worker" => work(&place),
        "restorer" => restore(&place),
        "writer" => write(&place, &env::var(NAME).unwrap()),
        other => panic!("{other}"),
    }
}

/// Says a line at once and as a whole.
fn say(answer: &str) {
    let mut out = stdout().lock();
    out.write_all(format!("{ANSWER}{answer}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Obeys until there are no more orders, with a courier running beside.
fn work<P: SharedStore>(place: &Place<P>) {
    let world = place.open();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let accounts = world.accounts.clone();
    let courier = thread::spawn(move || {
        block_on(accounts.run_courier(async {
            let _ = stopped.await;
        }));
    });
    say("ready");
    for order in stdin().lines() {
        let order = order.unwrap();
        if order == "open_and_close" {
            drop(place.open());
            say("closed");
            continue;
        }
        say(&obey(&world, &order.split(' ').collect::<Vec<_>>()));
    }
    drop(stop);
    courier.join().unwrap();
}

fn obey(world: &World, order: &[&str]) -> String {
    match order {
        ["register", address] => match block_on(world.admin().register(NewAccount::new(email(address)))) {
            Ok(account) => account.id.to_string(),
            Err(refused) => refused.code().to_owned(),
        },
        // The mail is left to the couriers.
        ["mail", id] => {
            let later = DeliveryOptions::default().with_wait(Span::ZERO);
            match block_on(world.admin().request_password_set(AccountId::parse(id).unwrap(), later)) {
                Ok(_) => "queued".to_owned(),
                Err(refused) => refused.code().to_owned(),
            }
        }
        ["sweep"] => {
            block_on(world.accounts.sweep(3)).unwrap();
            "swept".to_owned()
        }
        ["redeem", link, chosen @ ..] => {
            match block_on(world.public().choose_password(&code_of(link), &password(&chosen.join(" ")))) {
                Ok(_) => "chosen".to_owned(),
                Err(refused) => refused.code().to_owned(),
            }
        }
        ["assign", id, assigned @ ..] => {
            let new = password(&assigned.join(" "));
            block_on(world.admin().assign_password(AccountId::parse(id).unwrap(), &new)).unwrap();
            "assigned".to_owned()
        }
        ["log_in", address, typed @ ..] => world.lets_in(address, &typed.join(" ")).to_string(),
        ["find", address] => match world.find(address) {
            Some(account) => format!("{} {}", account.id, account.version.as_u64()),
            None => "nobody".to_owned(),
        },
        other => panic!("{other:?}"),
    }
}

/// Writes until it is killed, and says each thing once it was told that it is done.
fn write<P: SharedStore>(place: &Place<P>, name: &str) {
    let world = place.open();
    thread::scope(|scope| {
        for thread in 0..WRITERS {
            let world = &world;
            scope.spawn(move || {
                for n in 0.. {
                    live(world, &format!("{name}-{thread}-{n}@example.com"));
                }
            });
        }
        // The parent is gone without having killed this process: nobody else would.
        for _ in stdin().lines() {}
        process::exit(1);
    });
}

/// Restores until it is killed, and says each life once it was told that it has begun.
fn restore<P: SharedStore>(place: &Place<P>) {
    thread::spawn(|| {
        for _ in stdin().lines() {}
        process::exit(1);
    });
    loop {
        let life = new_life();
        assert_eq!(P::restore(place.folder(), life), Restored::Done, "nobody else has it open");
        say(&life.to_string());
    }
}

/// The life of one account.
fn live(world: &World, address: &str) {
    let (admin, public) = (world.admin(), world.public());
    let id = block_on(admin.register(NewAccount::new(email(address)))).unwrap().id;
    say(&format!("registered {address} {id}"));
    let delivery = block_on(admin.request_password_set(id, DeliveryOptions::default())).unwrap();
    assert_eq!(delivery, Delivery::Delivered);
    say(&format!("mailed {address} {id}"));
    let code = world.post.code_for(address).unwrap();
    block_on(public.choose_password(&code, &password(CHOSEN))).unwrap();
    say(&format!("chosen {address} {id}"));
    block_on(admin.assign_password(id, &password(ASSIGNED))).unwrap();
    say(&format!("assigned {address} {id}"));
}
