//! The compiled module `heedful._heedful`. The public Python API is the package `heedful` over it.

use pyo3::prelude::*;

/// The module Python imports.
#[pymodule]
mod _heedful {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
