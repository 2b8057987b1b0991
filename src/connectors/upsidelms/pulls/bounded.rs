//! JSON of no more than so many bytes and values: a body that is all brackets takes a hundred times its size
//! in memory. Pure.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The most bytes of one curriculum with its contents.
const BYTES: usize = 4 * 1024 * 1024;

/// The most values in it, its contents' included: those of 2,000 contents.
const VALUES: usize = 40_000;

/// What is left for the curriculum that is being read.
#[derive(Debug)]
pub(super) struct Allowance {
    bytes: Cell<usize>,
    values: Cell<usize>,
}

impl Allowance {
    /// As much as one curriculum may have.
    pub(super) fn new() -> Self {
        Self { bytes: Cell::new(BYTES), values: Cell::new(VALUES) }
    }

    /// The same again, for the next one.
    pub(super) fn renew(&self) {
        self.bytes.set(BYTES);
        self.values.set(VALUES);
    }

    /// What is used up, as people say how much one may have.
    pub(super) fn spent(&self) -> Option<&'static str> {
        match (self.bytes.get(), self.values.get()) {
            (0, _) => Some("4 MiB"),
            (_, 0) => Some("40,000 values"),
            _ => None,
        }
    }

    fn take_value(&self) -> bool {
        let left = self.values.get().saturating_sub(1);
        self.values.set(left);
        left > 0
    }
}

/// A source that gives no more bytes than are left.
pub(super) struct Metered<'a, R> {
    /// Where they come from.
    pub(super) source: R,
    /// What is left.
    pub(super) left: &'a Allowance,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let left = self.left.bytes.get();
        let most = to.len().min(left);
        if most == 0 && !to.is_empty() {
            return Err(io::Error::other("more bytes than a curriculum may have"));
        }
        let read = self.source.read(to.get_mut(..most).unwrap_or_default())?;
        self.left.bytes.set(left - read);
        Ok(read)
    }
}

/// Any JSON value, as long as there are values left.
#[derive(Clone, Copy)]
pub(super) struct Bounded<'a>(pub(super) &'a Allowance);

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        if !self.0.take_value() {
            return Err(D::Error::custom("more values than a curriculum may have"));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            members.insert(key, map.next_value_seed(self)?);
        }
        Ok(members.into())
    }
}
