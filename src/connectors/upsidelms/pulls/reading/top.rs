//! Where the list stands in an answer, and the elements in the list. Pure.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Map;

use super::super::bounded::Bounded;
use super::super::items::is_nothing;
use super::{Flaw, LISTS, Reader};

/// The answer as a whole: an object with the list, or the list alone.
pub(super) struct Top<'a, 'b>(pub(super) &'a mut Reader<'b>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        List(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reader) = self;
        let mut beside = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if LISTS.contains(&key.trim()) {
                reader.ours = true;
                if reader.listed {
                    return Err(reader.give_up(Flaw::Odd("JSON with two lists")));
                }
                map.next_value_seed(List(reader))?;
            } else {
                beside.insert(key, map.next_value_seed(Bounded(reader.left))?);
            }
        }
        reader.beside(beside).map_err(|flaw| reader.give_up(flaw))
    }
}

/// The list: with its brackets, or a single element without them, or nothing in its place.
struct List<'a, 'b>(&'a mut Reader<'b>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of curricula")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(reader) = self;
        reader.listed = true;
        while let Some(element) = list.next_element_seed(Bounded(reader.left))? {
            reader.left.renew();
            reader.element(&element).map_err(|flaw| reader.give_up(flaw))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self(reader) = self;
        reader.listed = true;
        let element = Bounded(reader.left).visit_map(map)?;
        reader.left.renew();
        reader.element(&element).map_err(|flaw| reader.give_up(flaw))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.listed = true;
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if is_nothing(text) {
            return self.visit_unit();
        }
        Err(self.0.give_up(Flaw::Odd("JSON of another kind")))
    }
}
