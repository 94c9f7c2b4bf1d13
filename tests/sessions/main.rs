//! The sessions that the book shows, a file for each chapter.

mod chapter_0;
mod chapter_1;
mod chapter_2;
