//! The shared library that Python loads: all of it is in `heedful-python`.
//!
//! They are two crates because of how the whole is optimised at the end: loops become vector instructions only where
//! the last crate is compiled for speed, and what converts arguments should be compiled for size.

pub use heedful_python::*;
