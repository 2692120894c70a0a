//! Where memory changes hands: the only unsafe code.
#![expect(
    unsafe_code,
    reason = "the Arrow C data interface and NumPy's array interface are raw pointers"
)]

use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, make_array};
use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

const STREAM: &std::ffi::CStr = c"arrow_array_stream";

/// The stream of an object's `__arrow_c_stream__`, which it gives up.
pub(crate) fn stream(
    capsule: &Bound<'_, PyCapsule>,
) -> PyResult<Result<ArrayStreamReader, ArrowError>> {
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a valid stream by the Arrow PyCapsule interface; it is moved out, and
    // what is left behind is marked as released, so that the capsule frees nothing twice.
    Ok(unsafe { ArrayStreamReader::from_raw(pointer.as_ptr()) })
}

/// The array of an object's `__arrow_c_array__`, which it gives up, and its field.
pub(crate) fn array(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> PyResult<Result<(Field, ArrayRef), ArrowError>> {
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of these names hold a valid schema and array by the Arrow PyCapsule interface. The array is
    // moved out and marked as released; the schema is only read, and its capsule outlives this call.
    let imported = unsafe {
        let schema = schema.as_ref();
        from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema)
            .and_then(|data| Ok((Field::try_from(schema)?, make_array(data))))
    };
    Ok(imported)
}

/// A record batch as the capsule that `__arrow_c_stream__` returns.
pub(crate) fn export(py: Python<'_>, batch: RecordBatch) -> PyResult<Bound<'_, PyCapsule>> {
    let schema = batch.schema();
    let reader = RecordBatchIterator::new([Ok(batch)], schema);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

/// What a borrowed array belongs to. The memory lives as long as the object does.
struct Owner(#[expect(dead_code, reason = "held, never read")] Py<PyAny>);

/// The memory of `owner`'s array, uncopied; `None` where it is not aligned for the type.
///
/// As for every reader of a NumPy array, nobody may write to it meanwhile.
pub(crate) fn borrow<T: ArrowNativeType>(
    owner: &Bound<'_, PyAny>,
    address: usize,
    len: usize,
) -> Option<ScalarBuffer<T>> {
    if len == 0 {
        return Some(ScalarBuffer::from(Vec::new()));
    }
    let pointer = NonNull::new(address as *mut u8).filter(|p| p.cast::<T>().is_aligned())?;
    let bytes = len.checked_mul(size_of::<T>())?;
    let owner = Arc::new(std::panic::AssertUnwindSafe(Owner(owner.clone().unbind())));
    // SAFETY: the caller took address and length from the array interface of `owner`, which promises that many
    // contiguous elements for as long as it lives, and the buffer keeps it alive. The address is aligned and not
    // null, and every bit pattern is a valid integer or float.
    let buffer = unsafe { Buffer::from_custom_allocation(pointer, bytes, owner) };
    Some(ScalarBuffer::new(buffer, 0, len))
}
