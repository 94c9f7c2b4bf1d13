//! One setting, and its value at this moment.

use super::{
    Change, Problem, Value,
    secret::{self, REDACTED},
    sources::{Origin, RawSettings},
};
use std::{
    any::Any,
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

/// A hold on a setting: [`get`](Setting::get) always gives the value that counts now.
pub struct Setting<T>(Arc<Cell<T>>);

impl<T> Clone for Setting<T> {
    fn clone(&self) -> Self {
        Setting(self.0.clone())
    }
}

/// What is known of a setting before its value.
pub(super) struct Spec<T> {
    pub(super) name: &'static str,
    pub(super) default: T,
    pub(super) help: &'static str,
    /// What fits, in words.
    pub(super) expected: String,
    pub(super) fits: Box<dyn Fn(&T) -> bool + Send + Sync>,
    pub(super) live: bool,
}

struct Cell<T> {
    spec: Spec<T>,
    value: watch::Sender<T>,
    origin: Mutex<Option<Origin>>,
    /// A value that fits and waits for the others to be checked, with where it is from.
    staged: Mutex<Option<(T, Option<Origin>)>>,
}

impl<T: Value> Setting<T> {
    pub(super) fn new(spec: Spec<T>) -> Self {
        let value = watch::Sender::new(spec.default.clone());
        Setting(Arc::new(Cell { spec, value, origin: Mutex::default(), staged: Mutex::default() }))
    }

    /// `other` as a setting of this type, if it was defined alike.
    pub(super) fn same(other: &dyn AnySetting, spec: &Spec<T>) -> Option<Self> {
        let other: Setting<T> = other.as_any().downcast_ref::<Setting<T>>()?.clone();
        (other.0.spec.default == spec.default).then_some(other)
    }

    pub(super) fn any(&self) -> Arc<dyn AnySetting> {
        Arc::new(self.clone())
    }

    /// The value that counts now.
    pub fn get(&self) -> T {
        self.0.value.borrow().clone()
    }

    /// Tells of changes from now on, for work that is a tokio task.
    pub fn changes(&self) -> watch::Receiver<T> {
        self.0.value.subscribe()
    }
}

/// A setting of any type, as the program's list of settings sees it.
pub(super) trait AnySetting: Send + Sync {
    fn name(&self) -> &'static str;
    /// All the names by which something can be given for it.
    fn names(&self) -> Vec<String>;
    fn as_any(&self) -> &dyn Any;
    /// Checks what is given for it, and keeps that for [`commit`](AnySetting::commit).
    fn stage(&self, given: &RawSettings) -> Result<(), Problem>;
    /// Makes what was staged the value.
    fn commit(&self) -> Option<Change>;
    fn to_toml(&self) -> String;
}

impl<T: Value> AnySetting for Setting<T> {
    fn name(&self) -> &'static str {
        self.0.spec.name
    }

    fn names(&self) -> Vec<String> {
        let file = T::IS_SECRET.then(|| secret::file_setting(self.name()));
        std::iter::once(self.name().to_owned()).chain(file).collect()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn stage(&self, given: &RawSettings) -> Result<(), Problem> {
        let Spec { name, default, fits, expected, .. } = &self.0.spec;
        let given = if T::IS_SECRET {
            secret::find(name, given)?
        } else {
            given.by_name.get(*name).cloned()
        };
        let staged = match given {
            None => (default.clone(), None),
            Some(given) => {
                let value = given.raw.parse::<T>().filter(|value| fits(value));
                let found = || if T::IS_SECRET { REDACTED.into() } else { given.raw.to_string() };
                let unfit = || format!("{name}: expected {expected}, found {}", found());
                let value = value.ok_or_else(|| Problem::new(given.origin.clone(), unfit()))?;
                (value, Some(given.origin))
            }
        };
        *lock(&self.0.staged) = Some(staged);
        Ok(())
    }

    fn commit(&self) -> Option<Change> {
        let (value, origin) = lock(&self.0.staged).take()?;
        *lock(&self.0.origin) = origin;
        let old = self.get();
        if old == value {
            return None;
        }
        let change = Change {
            name: self.name(),
            from: show(&old),
            to: show(&value),
            live: self.0.spec.live,
        };
        self.0.value.send_replace(value);
        Some(change)
    }

    fn to_toml(&self) -> String {
        let Spec { name, help, live, .. } = &self.0.spec;
        let when = if *live { "" } else { " Takes effect at the next start." };
        let origin = lock(&self.0.origin)
            .as_ref()
            .map(|origin| format!("  # from {origin}"))
            .unwrap_or_default();
        match self.get().to_toml() {
            Some(_) if T::IS_SECRET => {
                format!("# {help}{when}\n# {name} is set: {REDACTED}{origin}\n")
            }
            None if T::IS_SECRET => format!(
                "# {help}{when}\n# {name} is not set; it is a secret, and {} may name a file that holds it\n",
                secret::file_setting(name)
            ),
            Some(value) => format!("# {help}{when}\n{name} = {value}{origin}\n"),
            None => format!("# {help}{when}\n# {name} is not set\n"),
        }
    }
}

fn show<T: Value>(value: &T) -> String {
    match value.to_toml() {
        None => "not set".into(),
        Some(_) if T::IS_SECRET => REDACTED.into(),
        Some(value) => value.to_string(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this lock")
}
