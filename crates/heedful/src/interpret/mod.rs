//! Interpreting: what the responses say.
