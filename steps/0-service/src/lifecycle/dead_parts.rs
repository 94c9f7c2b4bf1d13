//! Watching for parts of a tree that have stopped for good.

use super::Lifecycle;
use crate::{Error, State};
use tokio::task::JoinSet;

impl Lifecycle {
    /// Waits until this service, or one inside it, has stopped, and nobody is about to start it
    /// again, as after a panic.
    pub(crate) async fn any_down(&self) {
        let mut waiting = JoinSet::new();
        for (one, ancestors) in self.with_all_inside(&[]) {
            waiting.spawn(async move { one.down_inside(&ancestors).await });
        }
        waiting.join_next().await;
    }

    /// This service and all inside it, each with those that it is inside of, outermost first.
    fn with_all_inside(&self, ancestors: &[Lifecycle]) -> Vec<(Lifecycle, Vec<Lifecycle>)> {
        let with_self = [ancestors, std::slice::from_ref(self)].concat();
        let inside = self.children().iter().flat_map(|child| child.with_all_inside(&with_self));
        std::iter::once((self.clone(), ancestors.to_vec())).chain(inside).collect()
    }

    /// Waits until this service has stopped while all around it are ready.
    async fn down_inside(&self, ancestors: &[Lifecycle]) {
        loop {
            self.stopped().await;
            let mut settled = Vec::new();
            for one in ancestors.iter().chain([self]) {
                settled.push(one.0.transition.lock().await);
            }
            let is_down = self.state() == State::Stopped;
            if is_down && ancestors.iter().all(|one| one.state() == State::Ready) {
                return;
            }
            drop(settled);
            // It stopped with one around it, which is the one to tell of it.
            let _ = self.0.state.subscribe().wait_for(|now| *now != State::Stopped).await;
        }
    }

    /// Why this service, or else one inside it, is down.
    pub(crate) fn first_failure(&self) -> Option<Error> {
        self.failure().or_else(|| self.children().iter().find_map(Lifecycle::first_failure))
    }
}
