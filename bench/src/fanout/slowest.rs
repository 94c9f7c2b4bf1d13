//! How far the slowest of many readers is.

/// Kept up to date at each step of one of them, at a cost that does not grow with their number.
#[derive(Debug)]
pub(super) struct Slowest {
    /// How many readers are at each position. All positions are within the window, so a position
    /// modulo the length will do.
    at: Vec<u32>,
    position: u64,
}

impl Slowest {
    /// So many readers at 0, the fastest of which is never more than `window` ahead of the slowest.
    pub(super) fn new(readers: usize, window: u64) -> Self {
        let mut at = vec![0; (window as usize + 1).next_power_of_two()];
        at[0] = readers as u32;
        Slowest { at, position: 0 }
    }

    /// A reader goes from one position to another; returns where the slowest is if that changes it.
    pub(super) fn step(&mut self, from: u64, to: u64) -> Option<u64> {
        let last = self.at.len() as u64 - 1;
        let index = |position: u64| (position & last) as usize;
        self.at[index(from)] -= 1;
        self.at[index(to)] += 1;
        let before = self.position;
        while self.at[index(self.position)] == 0 {
            self.position += 1;
        }
        (self.position > before).then_some(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_is_followed() {
        let mut slowest = Slowest::new(3, 4);
        assert_eq!(slowest.step(0, 4), None);
        assert_eq!(slowest.step(0, 2), None);
        assert_eq!(slowest.step(0, 1), Some(1));
        assert_eq!(slowest.step(1, 3), Some(2));
        assert_eq!(slowest.step(2, 6), Some(3));
        assert_eq!(slowest.step(3, 7), Some(4));
        assert_eq!(slowest.step(4, 8), Some(6));
    }
}
