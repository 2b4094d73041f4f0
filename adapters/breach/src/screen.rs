//! The port that asks whether a password is known from a breach, filled by a filter.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use accountable_core::{
    domain::Password,
    port::{PasswordScreen, Source},
};
use async_trait::async_trait;

use crate::filter::{BreachFilter, FilterError};

/// Looks passwords up in a filter. It sends nothing to anybody.
///
/// - What the list has it always finds. What the list has not it takes for known once in 256 or 65,536 passwords, by the
///   [bits](crate::Bits) of the filter.
/// - Nothing is read on the thread that polls: look-ups go to the threads of the crate `blocking`. One takes three reads
///   of one or two octets.
/// - What can't be read is an error, and then no password is taken, unless the host accepts unscreened ones.
/// - A clone looks up in the same open file.
#[derive(Debug, Clone)]
pub struct BreachScreen {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Empty before the first look-up of a screen that opens its filter then.
    filter: Mutex<Option<Arc<BreachFilter>>>,
}

impl BreachScreen {
    /// Opens the filter, and looks whether it is sound, for which it reads all of it.
    ///
    /// # Errors
    /// [`FilterError`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FilterError> {
        let screen = Self::opening_later(path);
        screen.shared.filter()?;
        Ok(screen)
    }

    /// Opens the filter with the first password, for a program that seldom has one. What is wrong with the filter is that
    /// look-up's error then, and each further one tries again.
    pub fn opening_later(path: impl Into<PathBuf>) -> Self {
        Self { shared: Arc::new(Shared { path: path.into(), filter: Mutex::new(None) }) }
    }
}

impl Shared {
    fn filter(&self) -> Result<Arc<BreachFilter>, FilterError> {
        // Sound after each statement, so a panic leaves nothing behind.
        let mut filter = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(filter) = &*filter {
            return Ok(Arc::clone(filter));
        }
        let opened = Arc::new(BreachFilter::open(&self.path)?);
        *filter = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

#[async_trait]
impl PasswordScreen for BreachScreen {
    async fn is_breached(&self, password: &Password) -> Result<bool, Source> {
        let (shared, password) = (Arc::clone(&self.shared), password.clone());
        blocking::unblock(move || Ok(shared.filter()?.knows(&password)?)).await
    }
}
