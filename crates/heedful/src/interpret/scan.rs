//! Which segments stand out, or moved otherwise than the rest.
