//! Password hashing: what the pool's queue, salts and strings cost beside the bare argon2 crate.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use accountable_benches::{Effort, Table, Trouble};
use accountable_core::{domain::Password, port::PasswordHasher as _};
use accountable_system::{Argon2Cost, Argon2Pool, Argon2Settings};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use futures_util::future::try_join_all;
use tokio::runtime::Runtime;

fn main() -> Result<(), Trouble> {
    let threads = thread::available_parallelism()?;
    let settings = Argon2Settings::default().with_threads(threads);
    let pool = Argon2Pool::new(&settings)?;
    let password = Password::parse("plum trombone 42 Quartz!")?;
    let runtime = Runtime::new()?;
    let mut bare = Bare::new(threads.get())?;
    let hashes = u32::try_from(threads.get())?.saturating_mul(4);

    let title = format!("hash, Argon2id {}, {threads} threads", Argon2Cost::OWASP);
    let table = Table::new(&title, Effort::of_this_run());
    table.row(
        "Argon2Pool::hash, all at once",
        hashes,
        |count| {
            runtime.block_on(async {
                try_join_all((0..count).map(|_| pool.hash(&password))).await?;
                Ok(())
            })
        },
        |count| bare.hash(password.expose().as_bytes(), count),
    )
}

/// The crate alone: on each thread a loop, and memory that is used again.
struct Bare {
    argon2: Argon2<'static>,
    memories: Vec<Vec<Block>>,
}

impl Bare {
    fn new(threads: usize) -> Result<Self, Trouble> {
        let cost = Argon2Cost::OWASP;
        let params = Params::new(cost.memory_kib(), cost.passes(), cost.lanes(), Some(32))?;
        let memory = vec![Block::default(); params.block_count()];
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            memories: vec![memory; threads],
        })
    }

    /// Threads take what is left, as the pool's do.
    fn hash(&mut self, password: &[u8], count: u32) -> Result<(), Trouble> {
        let argon2 = &self.argon2;
        let taken = &AtomicU32::new(0);
        thread::scope(|scope| {
            let threads: Vec<_> = self
                .memories
                .iter_mut()
                .map(|memory| {
                    scope.spawn(move || {
                        while taken.fetch_add(1, Ordering::Relaxed) < count {
                            let mut output = [0; 32];
                            argon2.hash_password_into_with_memory(
                                password,
                                &[7; 16],
                                &mut output,
                                &mut *memory,
                            )?;
                        }
                        Ok::<_, argon2::Error>(())
                    })
                })
                .collect();
            for thread in threads {
                thread.join().map_err(|_| "a thread panicked")??;
            }
            Ok(())
        })
    }
}
