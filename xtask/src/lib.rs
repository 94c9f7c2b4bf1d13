//! The book machine: builds the book so strictly that it cannot lie, serves it, checks it, and
//! damages it to see that the check finds all.
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`book`] | turns chapters into pages; every listing, pane and figure comes from a directive |
//! | [`check`] | finds what a page could lie by: typed code, stale panes, dead links |
//! | [`mutate`] | damages a copy of the book in every way there is, and sees that each is caught |
//! | [`screenshots`] | keeps pictures of pages, and knows when the page has changed since |
//! | [`suite`] | runs every test, side by side |
//! | [`serve`] | shows the book in a browser, and shows it again when it changes |
//! | [`versions`] | sees that there is one version of each dependency |

pub mod book;
pub mod check;
pub mod fault;
pub mod mutate;
pub mod screenshots;
pub mod serve;
pub mod suite;
pub mod versions;
mod workspace;

pub use fault::{Fault, Faults};
