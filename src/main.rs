//! The `trunkline` command.

use std::process::ExitCode;

/// Events, facts and rows are many small JSON values that one thread makes and another drops: this took an eighth of the
/// server's time with the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trunkline::cli::main()
}
