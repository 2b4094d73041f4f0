//! A section that has a few keys of its own beside the options of a part, whose type reads them as strictly as ever.
//!
//! What serde calls `flatten` would accept keys that nobody knows.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IntoDeserializer as _, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// What a section says beside the options of its part.
pub(super) trait OwnKeys<'de>: Default {
    /// The names of its keys.
    const KEYS: &'static [&'static str];

    /// Reads the value of one of them.
    fn take<A: MapAccess<'de>>(&mut self, key: &'static str, map: &mut A) -> Result<(), A::Error>;
}

/// Reads the values of the section's own keys, those that are said, and the part's options from all other keys.
pub(super) fn read<'de, D, V, T>(deserializer: D) -> Result<(V, T), D::Error>
where
    D: Deserializer<'de>,
    V: OwnKeys<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Section(PhantomData))
}

struct Section<V, T>(PhantomData<(V, T)>);

impl<'de, V: OwnKeys<'de>, T: Deserialize<'de>> Visitor<'de> for Section<V, T> {
    type Value = (V, T);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a section with {} and other options", V::KEYS.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut own = V::default();
        let options = T::deserialize(MapAccessDeserializer::new(Others { map, own: &mut own }))?;
        Ok((own, options))
    }
}

/// All keys but the section's own, whose values are put aside.
struct Others<'a, A, V> {
    map: A,
    own: &'a mut V,
}

impl<'de, A: MapAccess<'de>, V: OwnKeys<'de>> MapAccess<'de> for Others<'_, A, V> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            match self.map.next_key_seed(Key { own: V::KEYS, seed })? {
                None => return Ok(None),
                Some(Found::Other(key)) => return Ok(Some(key)),
                Some(Found::Own(key, unused)) => {
                    self.own.take(key, &mut self.map)?;
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
    Own(&'static str, K),
    Other(T),
}

/// A key, read while its place is still known: so an error about it says where it stands.
struct Key<K> {
    own: &'static [&'static str],
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
        if let Some(own) = self.own.iter().find(|own| **own == key) {
            return Ok(Found::Own(own, self.seed));
        }
        self.seed.deserialize(key.into_deserializer()).map(Found::Other)
    }
}
