//! The types that a setting may have.

use super::sources::Raw;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// A type that a setting may have.
pub trait Value: Clone + PartialEq + Send + Sync + 'static {
    /// Whether a value is never shown: see [`Secret`](super::Secret).
    const IS_SECRET: bool = false;

    /// What is expected, for messages: `a number`.
    fn expected() -> String;

    /// The value, if `toml` is one.
    fn from_toml(toml: &toml::Value) -> Option<Self>;

    /// The value as TOML; `None` for an optional one that is not set.
    fn to_toml(&self) -> Option<toml::Value>;
}

/// A type that is one of a few names.
pub trait ValueEnum: Clone + Copy + PartialEq + Send + Sync + 'static {
    /// Each value with its name, in the order in which help lists them.
    const NAMES: &'static [(&'static str, Self)];
}

impl Raw {
    /// The value, if this is one. Text is taken as TOML where that fits, else as a string.
    pub(super) fn parse<T: Value>(&self) -> Option<T> {
        match self {
            Raw::Toml(value) => T::from_toml(value),
            Raw::Text(text) => {
                let as_toml =
                    text.parse::<toml::Value>().ok().and_then(|value| T::from_toml(&value));
                as_toml.or_else(|| T::from_toml(&toml::Value::String(text.clone())))
            }
        }
    }
}

impl Value for bool {
    fn expected() -> String {
        "true or false".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_bool()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some((*self).into())
    }
}

impl Value for String {
    fn expected() -> String {
        "a string".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_str().map(str::to_owned)
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.clone().into())
    }
}

impl Value for u64 {
    fn expected() -> String {
        "a whole number".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_integer()?.try_into().ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        // `from_toml` takes nothing that does not fit.
        i64::try_from(*self).ok().map(Into::into)
    }
}

impl Value for usize {
    fn expected() -> String {
        u64::expected()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_integer()?.try_into().ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        i64::try_from(*self).ok().map(Into::into)
    }
}

/// A port.
impl Value for u16 {
    fn expected() -> String {
        "a port, which is a whole number from 0 to 65535".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_integer()?.try_into().ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some(i64::from(*self).into())
    }
}

impl Value for f64 {
    fn expected() -> String {
        "a number".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        let number = toml.as_float().or_else(|| Some(toml.as_integer()? as f64))?;
        number.is_finite().then_some(number)
    }
    fn to_toml(&self) -> Option<toml::Value> {
        let whole = self.fract() == 0.0 && self.abs() < 1e15;
        Some(if whole { (*self as i64).into() } else { (*self).into() })
    }
}

/// A list of strings. As text, such as on a command line, commas part them.
impl Value for Vec<String> {
    fn expected() -> String {
        "a list such as [\"one\", \"two\"]".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        if let Some(text) = toml.as_str() {
            let parts = text.split(',').map(str::trim);
            return Some(parts.filter(|part| !part.is_empty()).map(str::to_owned).collect());
        }
        toml.as_array()?.iter().map(String::from_toml).collect()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.clone().into())
    }
}

/// A number of seconds.
impl Value for Duration {
    fn expected() -> String {
        "a number of seconds".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        Duration::try_from_secs_f64(f64::from_toml(toml)?).ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        self.as_secs_f64().to_toml()
    }
}

impl Value for SocketAddr {
    fn expected() -> String {
        "an address and port such as \"127.0.0.1:7776\"".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_str()?.parse().ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl Value for IpAddr {
    fn expected() -> String {
        "an IP address such as \"127.0.0.1\"".into()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        toml.as_str()?.parse().ok()
    }
    fn to_toml(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl<T: Value> Value for Option<T> {
    const IS_SECRET: bool = T::IS_SECRET;

    fn expected() -> String {
        T::expected()
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        T::from_toml(toml).map(Some)
    }
    fn to_toml(&self) -> Option<toml::Value> {
        self.as_ref()?.to_toml()
    }
}

impl<T: ValueEnum> Value for T {
    fn expected() -> String {
        let names: Vec<_> = T::NAMES.iter().map(|(name, _)| format!("{name:?}")).collect();
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "nothing".into(),
        }
    }
    fn from_toml(toml: &toml::Value) -> Option<Self> {
        let text = toml.as_str()?;
        T::NAMES.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
    }
    fn to_toml(&self) -> Option<toml::Value> {
        T::NAMES.iter().find(|(_, value)| value == self).map(|(name, _)| (*name).into())
    }
}
