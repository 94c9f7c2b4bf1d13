//! What the server says: random numbers from 0 to 10, each a line of text.

use rand::{RngExt, SeedableRng, rngs::SysRng};
use rand_pcg::Pcg32;

/// The largest number there is; the smallest is 0.
const LARGEST: u8 = 10;

/// An endless supply of random numbers, each from 0 to 10, both included.
///
/// ```
/// use number_server::Numbers;
///
/// let (mut one, mut same, mut other) = (Numbers::seeded(7, 1), Numbers::seeded(7, 1), Numbers::seeded(7, 2));
/// let mut take = |numbers: &mut Numbers| (0..20).map(|_| numbers.next_line().to_vec()).collect::<Vec<_>>();
/// assert_eq!(take(&mut one), take(&mut same));
/// assert_ne!(take(&mut one), take(&mut other));
/// ```
#[derive(Debug, Clone)]
pub struct Numbers {
    random: Pcg32,
    line: [u8; 3],
}

// ANCHOR: numbers
impl Numbers {
    /// The numbers of connection `connection`, the same on every run with this `seed`.
    ///
    /// Each connection has a stream of its own: PCG has 2⁶³ of them for one seed.
    pub fn seeded(seed: u64, connection: u64) -> Self {
        Numbers { random: Pcg32::new(seed, connection), line: [0; 3] }
    }

    /// Numbers that are different on every run.
    pub fn unpredictable() -> Self {
        let random =
            Pcg32::try_from_rng(&mut SysRng).expect("the system has a source of random numbers");
        Numbers { random, line: [0; 3] }
    }

    /// The next number as text, with its newline.
    pub fn next_line(&mut self) -> &[u8] {
        match self.random.random_range(0..=LARGEST) {
            number @ 0..10 => self.line = [b'0' + number, b'\n', 0],
            _ => self.line = *b"10\n",
        }
        let end = if self.line[2] == 0 { 2 } else { 3 };
        &self.line[..end]
    }
}
// ANCHOR_END: numbers
