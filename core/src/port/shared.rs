//! A mailer in an `Arc` is that mailer: for wrappers, and for hosts that keep a hand on what they give away.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MailError, Mailer, Receipt};
use crate::domain::Letter;

#[async_trait]
impl<M: Mailer + ?Sized> Mailer for Arc<M> {
    async fn deliver(&self, letter: &Letter) -> Result<Receipt, MailError> {
        (**self).deliver(letter).await
    }
}
