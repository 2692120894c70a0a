//! The third wing: what is normal, what departs from it, and who is well.
