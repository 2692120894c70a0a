//! Civil periods, time zones and reading dates.
