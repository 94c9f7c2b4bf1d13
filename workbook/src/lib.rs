//! The tool behind the justfile.
