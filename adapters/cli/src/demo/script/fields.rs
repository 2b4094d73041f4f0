//! The fields of a line, each with its column, and the command that they make.
//!
//! serde reads a tagged enum from a buffer that knows no places. Here it is given the fields one by one, and whatever it
//! complains of bears the column of the field that it was given last.

use std::{collections::BTreeMap, fmt, vec};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value, value::RawValue};

use crate::demo::script::{command::ScriptCommand, echo::shown, unplayable::Unplayable};

/// The fields of an object, whose names are all different.
#[derive(Debug)]
pub(crate) struct LineFields {
    values: Map<String, Value>,
    /// Where each field's value begins, in octets from 1.
    columns: BTreeMap<String, usize>,
}

impl LineFields {
    /// Reads a line.
    ///
    /// # Errors
    /// [`Unplayable`] where it is not one JSON object, or names a field twice: of two values nobody knows which was
    /// meant.
    pub(crate) fn read(line: &str) -> Result<Self, Unplayable> {
        let EachOnce(values) = serde_json::from_str(line).map_err(|error| misread(&error))?;
        // It has just been read: nothing can be wrong with it.
        let raw: BTreeMap<String, &RawValue> = serde_json::from_str(line).unwrap_or_default();
        let columns = raw.into_iter().filter_map(|(name, value)| {
            let before = value.get().as_ptr().addr().checked_sub(line.as_ptr().addr())?;
            Some((name, before.checked_add(1)?))
        });
        let columns = columns.collect();
        Ok(Self { values, columns })
    }

    /// Takes a field out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    /// Where the value of a field begins, in octets from 1, whether or not it was taken out.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// The command that `do` names, with the other fields as its own.
    ///
    /// # Errors
    /// [`Unplayable`] where there is no such command, or where it has no such fields.
    pub(crate) fn into_command(mut self) -> Result<ScriptCommand, Unplayable> {
        let name = self.take("do").ok_or_else(|| Unplayable::missing_field("do"))?;
        ScriptCommand::deserialize(Tagged { name, fields: self })
    }
}

fn misread(error: &serde_json::Error) -> Unplayable {
    let says = error.to_string();
    // Each line is a text of its own, so that the line's number within it says nothing.
    let says = says.replace(" at line 1 column ", " at column ");
    match error.classify() {
        serde_json::error::Category::Data if says.starts_with("duplicate") => Unplayable::bad_field(says),
        serde_json::error::Category::Data => Unplayable::new("no_object", says),
        _ => Unplayable::new("broken_json", says),
    }
}

/// An object whose names are all different.
struct EachOnce(Map<String, Value>);

impl<'de> Deserialize<'de> for EachOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EachOnceVisitor;
        impl<'de> Visitor<'de> for EachOnceVisitor {
            type Value = EachOnce;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EachOnce, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        return Err(A::Error::custom(format!("duplicate field {}", shown(&name))));
                    }
                    fields.insert(name, value);
                }
                Ok(EachOnce(fields))
            }
        }
        deserializer.deserialize_map(EachOnceVisitor)
    }
}

/// A command as serde wants an enum: the variant's name apart from its fields.
struct Tagged {
    name: Value,
    fields: LineFields,
}

impl<'de> Deserializer<'de> for Tagged {
    type Error = Unplayable;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unplayable> {
        if self.name.as_str().is_some_and(|name| variants.contains(&name)) {
            return visitor.visit_enum(self);
        }
        let says = format!("{} is none of {}", shown(&self.name.to_string()), variants.join(", "));
        Err(Unplayable::new("unknown_command", says).at(self.fields.column("do")))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unplayable> {
        Err(Unplayable::custom("a command is an enum"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged {
    type Error = Unplayable;
    type Variant = OneByOne;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, OneByOne), Unplayable> {
        let name = self.name.as_str().unwrap_or_default();
        let variant = seed.deserialize(IntoDeserializer::<Unplayable>::into_deserializer(name))?;
        let fields: Vec<_> = self.fields.values.into_iter().collect();
        Ok((variant, OneByOne { fields: fields.into_iter(), columns: self.fields.columns, next: None }))
    }
}

/// The fields that serde has not been given yet.
struct OneByOne {
    fields: vec::IntoIter<(String, Value)>,
    columns: BTreeMap<String, usize>,
    /// The value of the name that was given last, and its column.
    next: Option<(Value, Option<usize>)>,
}

impl<'de> MapAccess<'de> for OneByOne {
    type Error = Unplayable;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unplayable> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        let column = self.columns.get(&name).copied();
        self.next = Some((value, column));
        let name = IntoDeserializer::<Unplayable>::into_deserializer(name);
        seed.deserialize(name).map(Some).map_err(|complaint| complaint.at(column))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unplayable> {
        let (value, column) = self.next.take().unwrap_or_default();
        seed.deserialize(value).map_err(|complaint| Unplayable::custom(complaint).at(column))
    }
}

impl<'de> VariantAccess<'de> for OneByOne {
    type Error = Unplayable;

    fn struct_variant<V: Visitor<'de>>(self, _: &[&str], visitor: V) -> Result<V::Value, Unplayable> {
        visitor.visit_map(self)
    }

    fn unit_variant(self) -> Result<(), Unplayable> {
        only_named_fields()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Unplayable> {
        only_named_fields()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unplayable> {
        only_named_fields()
    }
}

/// Every command is a variant with named fields, if only with none.
fn only_named_fields<T>() -> Result<T, Unplayable> {
    Err(Unplayable::custom("a command has named fields"))
}
