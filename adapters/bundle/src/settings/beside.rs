//! A section that has one key of its own beside the options of a part, whose type reads them as strictly as ever.
//!
//! What serde calls `flatten` would accept keys that nobody knows.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IntoDeserializer as _, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Reads the value of the section's own key, where it is said, and the part's options from all other keys.
pub(super) fn read<'de, D, V, T>(deserializer: D, own: &'static str) -> Result<(Option<V>, T), D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Section { own, types: PhantomData })
}

struct Section<V, T> {
    own: &'static str,
    types: PhantomData<(V, T)>,
}

impl<'de, V: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for Section<V, T> {
    type Value = (Option<V>, T);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a section with {} and other options", self.own)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        let others = Others { map, own: self.own, value: &mut value };
        let options = T::deserialize(MapAccessDeserializer::new(others))?;
        Ok((value, options))
    }
}

/// All keys but the section's own, whose value is put aside.
struct Others<'a, A, V> {
    map: A,
    own: &'static str,
    value: &'a mut Option<V>,
}

impl<'de, A: MapAccess<'de>, V: Deserialize<'de>> MapAccess<'de> for Others<'_, A, V> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            match self.map.next_key_seed(Key { own: self.own, seed })? {
                None => return Ok(None),
                Some(Found::Other(key)) => return Ok(Some(key)),
                Some(Found::Own(unused)) => {
                    *self.value = Some(self.map.next_value()?);
                    seed = unused;
                }
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

enum Found<K, T> {
    Own(K),
    Other(T),
}

/// A key, read while its place is still known: so an error about it says where it stands.
struct Key<K> {
    own: &'static str,
    seed: K,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<K> {
    type Value = Found<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for Key<K> {
    type Value = Found<K, K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        if key == self.own {
            return Ok(Found::Own(self.seed));
        }
        self.seed.deserialize(key.into_deserializer()).map(Found::Other)
    }
}
