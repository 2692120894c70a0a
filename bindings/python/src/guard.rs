//! The one way into the core: without the interpreter's lock, and with every failure as an exception.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use heedful::{Error, ErrorCode, Result};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Runs work that touches no Python object while other Python threads go on.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(result) => result.map_err(|error| exception(py, &error)),
        Err(panic) => Err(exception(py, &defect(&*panic))),
    }
}

/// The same for work on Python objects.
pub(crate) fn attached<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(exception(py, &defect(&*panic))))
}

/// What Python holds and what goes on from call to call. Calls of other threads wait for each other.
pub(crate) struct Held<T>(Mutex<T>);

impl<T: Send> Held<T> {
    pub(crate) fn new(py: Python<'_>, make: impl FnOnce() -> Result<T> + Send) -> PyResult<Self> {
        Ok(Self(Mutex::new(run(py, make)?)))
    }

    /// Runs work on it, as [`run`].
    pub(crate) fn with<R: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut T) -> Result<R> + Send,
    ) -> PyResult<R> {
        run(py, || work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What a panic says, which is a defect of ours.
fn defect(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = format!("a defect, please report it: {}", text.unwrap_or("panic"));
    Error::new(ErrorCode::Internal, message)
}

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    static ORDINARY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static INTERNAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let (cell, name) = match error.code() {
        ErrorCode::Internal => (&INTERNAL, "InternalError"),
        _ => (&ORDINARY, "HeedfulError"),
    };
    let made = cell.import(py, "heedful._errors", name).and_then(|class| {
        class.call1((
            error.code().as_str(),
            error.message(),
            error.path(),
            error.row(),
            error.line(),
            error.to_string(),
        ))
    });
    made.map_or_else(|failure| failure, PyErr::from_value)
}

/// Turns the core's error into an exception where the lock is held.
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}
