//! Defining a setting: name, default, help and range, in one place.

use super::{
    Setting, Settings, Value,
    setting::{AnySetting, Spec},
};
use std::{fmt::Display, ops::RangeInclusive, time::Duration};

/// What is known of a setting before its value. Ends with [`live`](Definition::live) or
/// [`at_start`](Definition::at_start).
#[must_use = "a definition ends with `live` or `at_start`"]
pub struct Definition<'a, T> {
    settings: &'a Settings,
    spec: Spec<T>,
}

impl<'a, T: Value> Definition<'a, T> {
    pub(super) fn new(settings: &'a Settings, name: &'static str, default: T) -> Self {
        let spec = Spec {
            name,
            default,
            help: "",
            expected: T::expected(),
            fits: Box::new(|_| true),
            live: true,
        };
        Definition { settings, spec }
    }

    /// A sentence for a person who reads the settings file.
    pub fn help(mut self, help: &'static str) -> Self {
        self.spec.help = help;
        self
    }

    /// The values that are allowed.
    pub fn range(mut self, range: RangeInclusive<T>) -> Self
    where
        T: PartialOrd + Display,
    {
        self.spec.expected = format!("{} from {} to {}", T::expected(), range.start(), range.end());
        self.spec.fits = Box::new(move |value| range.contains(value));
        self
    }

    /// The values that are allowed, where that is no range; `expected` says in words what they are.
    pub fn only(mut self, expected: &str, fits: fn(&T) -> bool) -> Self {
        self.spec.expected = expected.into();
        self.spec.fits = Box::new(fits);
        self
    }

    /// A setting whose new value counts as soon as it is reloaded.
    pub fn live(self) -> Setting<T> {
        self.settings.add(self.spec)
    }

    /// A setting that is read when its service starts, and whose new value counts at the next
    /// start.
    pub fn at_start(mut self) -> Setting<T> {
        self.spec.live = false;
        self.settings.add(self.spec)
    }
}

impl Definition<'_, Duration> {
    /// The seconds that are allowed.
    pub fn seconds(mut self, range: RangeInclusive<f64>) -> Self {
        self.spec.expected =
            format!("{} from {} to {}", Duration::expected(), range.start(), range.end());
        self.spec.fits = Box::new(move |value| range.contains(&value.as_secs_f64()));
        self
    }
}

impl Settings {
    fn add<T: Value>(&self, spec: Spec<T>) -> Setting<T> {
        let mut state = self.state();
        let same_name = state.defined.iter().find(|other| other.name() == spec.name);
        if let Some(other) = same_name {
            return Setting::same(other.as_ref(), &spec).unwrap_or_else(|| {
                panic!("the setting {} is defined twice, with another type or default", spec.name)
            });
        }
        let setting = Setting::new(spec);
        // A value that does not fit is told by `check`; until then the default stands.
        let staged = setting.stage(&state.given);
        if staged.is_ok() {
            setting.commit();
        }
        state.defined.push(setting.any());
        setting
    }
}
