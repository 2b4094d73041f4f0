//! How throttles are written down: as a list, for the keys of a JSON object are texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Side, ThrottleKey};
use crate::domain::{Purpose, QuotaTag, Timestamp};

#[derive(Serialize, Deserialize)]
struct Throttle {
    purpose: Purpose,
    recipient: QuotaTag,
    side: Side,
    level: Timestamp,
}

pub(in super::super) fn serialize<S: Serializer>(
    throttles: &BTreeMap<ThrottleKey, Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let each = |(&(purpose, recipient, side), &level): (&ThrottleKey, &Timestamp)| Throttle {
        purpose,
        recipient,
        side,
        level,
    };
    serializer.collect_seq(throttles.iter().map(each))
}

pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<ThrottleKey, Timestamp>, D::Error> {
    let throttles = Vec::<Throttle>::deserialize(deserializer)?;
    let keyed = |Throttle { purpose, recipient, side, level }| ((purpose, recipient, side), level);
    Ok(throttles.into_iter().map(keyed).collect())
}
