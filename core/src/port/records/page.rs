//! Pages that end right: the next query is there exactly while something may follow.

use crate::port::{Limit, Page};

/// How many records beyond a page's limit are looked at for those that match.
const SIFTED: usize = 256;

/// Makes a page of what was found, with the query for what comes after its last item if there is more.
///
/// It takes one item more than the limit from `found`, which tells whether there is more, and nothing beyond.
///
/// # Errors
/// The error of the first item that could not be read.
pub fn page<T, Q, E>(
    found: impl IntoIterator<Item = Result<T, E>>,
    limit: Limit,
    next: impl FnOnce(&T) -> Q,
) -> Result<Page<T, Q>, E> {
    let mut found = found.into_iter();
    let items = found.by_ref().take(limit.as_usize()).collect::<Result<Vec<_>, _>>()?;
    let more = found.next().transpose()?.is_some();
    let next = items.last().filter(|_| more).map(next);
    Ok(Page { items, next })
}

/// Makes a page of the records that match, among all that were found.
///
/// It looks at 256 more than the limit at most. So a page can be short, or empty, while more may follow: a caller's thread
/// is not held up however few match (clauses 36 and 37).
///
/// # Errors
/// The error of the first item that could not be read.
pub fn sift<T, Q, E>(
    found: impl IntoIterator<Item = Result<T, E>>,
    matches: impl Fn(&T) -> bool,
    limit: Limit,
    next: impl FnOnce(&T) -> Q,
) -> Result<Page<T, Q>, E> {
    let mut left = limit.as_usize().saturating_add(SIFTED);
    let mut items = Vec::new();
    // The last that was looked at, if it did not match.
    let mut passed = None;
    for candidate in found {
        let candidate = candidate?;
        let fits = matches(&candidate);
        if fits && items.len() == limit.as_usize() {
            let next = items.last().map(next);
            return Ok(Page { items, next });
        }
        if left == 0 {
            let next = passed.as_ref().or(items.last()).map(next);
            return Ok(Page { items, next });
        }
        left = left.saturating_sub(1);
        if fits {
            items.push(candidate);
            passed = None;
        } else {
            passed = Some(candidate);
        }
    }
    Ok(Page { items, next: None })
}
