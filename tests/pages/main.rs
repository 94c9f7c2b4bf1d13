//! Looks at every page of the book in a real browser.
