//! How often 95 % intervals hold the true value.
//!
//! `cargo run --release --example coverage > docs/coverage.md` makes the page in the documentation.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that prints tables, with indices below the sizes it sets up"
)]

mod exact;
mod simulated;

fn main() -> heedful::Result<()> {
    println!("# Coverage of the 95 % intervals\n");
    println!("Made by `cargo run --release --example coverage > docs/coverage.md`.\n");
    exact::page();
    simulated::page()
}
