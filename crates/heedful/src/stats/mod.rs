//! Ground floor: statistics that know nothing of surveys.
