//! The memory that one thread fills while it hashes: taken once, wiped after each hash.

use argon2::Block;
use zeroize::Zeroize as _;

/// A thread's memory. It keeps what a new hash needs, and gives back what an old and costlier one took.
pub(crate) struct Scratch {
    blocks: Vec<Block>,
    keep: usize,
}

impl Scratch {
    /// Takes no memory before it is needed; then keeps at most `keep` blocks of 1 KiB.
    pub(crate) fn new(keep: usize) -> Self {
        Self { blocks: Vec::new(), keep }
    }

    /// So many blocks, all zero, until the loan ends.
    ///
    /// # Errors
    /// [`argon2::Error::OutOfMemory`].
    pub(crate) fn lend(&mut self, count: usize) -> Result<Loan<'_>, argon2::Error> {
        let missing = count.saturating_sub(self.blocks.len());
        self.blocks.try_reserve_exact(missing).map_err(|_| argon2::Error::OutOfMemory)?;
        if missing > 0 {
            self.blocks.resize(count, Block::new());
        }
        Ok(Loan { scratch: self, count })
    }
}

/// Memory on loan. Wiped when it is given back, also while a panic unwinds.
pub(crate) struct Loan<'a> {
    scratch: &'a mut Scratch,
    count: usize,
}

impl AsMut<[Block]> for Loan<'_> {
    fn as_mut(&mut self) -> &mut [Block] {
        self.scratch.blocks.get_mut(..self.count).unwrap_or_default()
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.as_mut().iter_mut().zeroize();
        let Scratch { blocks, keep } = &mut *self.scratch;
        if blocks.len() > *keep {
            blocks.truncate(*keep);
            blocks.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn dirty(loan: &mut Loan<'_>) {
        for block in loan.as_mut() {
            block.as_mut().fill(7);
        }
    }

    fn is_clean(scratch: &Scratch) -> bool {
        scratch.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn memory_is_wiped_and_kept() {
        let mut scratch = Scratch::new(8);
        dirty(&mut scratch.lend(8).unwrap());
        let kept = scratch.blocks.as_ptr();
        assert!(is_clean(&scratch));
        assert_eq!(scratch.lend(3).unwrap().as_mut().len(), 3);
        assert_eq!(scratch.lend(8).unwrap().as_mut().as_ptr(), kept);
    }

    #[test]
    fn memory_is_wiped_when_the_work_panics() {
        let mut scratch = Scratch::new(8);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut loan = scratch.lend(8).unwrap();
            dirty(&mut loan);
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        assert!(is_clean(&scratch));
    }

    #[test]
    fn what_a_costly_hash_took_is_given_back() {
        let mut scratch = Scratch::new(8);
        dirty(&mut scratch.lend(64).unwrap());
        assert!(scratch.blocks.capacity() < 64);
        assert!(is_clean(&scratch));
    }

    #[test]
    fn more_memory_than_there_is_is_an_error() {
        assert_eq!(Scratch::new(8).lend(usize::MAX).err(), Some(argon2::Error::OutOfMemory));
    }
}
