//! The benchmarks and their rivals.

use crate::python;
use crate::shell::{self, Result, root, say};

/// `benches/run.py` runs ours and the rivals' in one go; `passed_on` are its arguments.
pub fn run(passed_on: &[&str]) -> Result<()> {
    let script = root().join("benches/run.py");
    if !script.is_file() {
        return Err("there are no benchmarks: benches/run.py is missing".to_owned());
    }
    python::bench_environment()?;
    let wheel = python::wheel()?;
    python::install(&wheel)?;
    say("running the benchmarks");
    shell::run(python::python().arg(script).args(passed_on))
}
