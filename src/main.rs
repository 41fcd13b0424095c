//! The program: a runtime around `cli`, and an exit code.

use std::process::ExitCode;

use gemini_coop::cli;

// glibc's own keeps the 19 MiB of every password that was hashed, in an arena for each thread: after twenty
// log-ins the process held ten times what it began with, for good. This one gives them back within seconds.
// Rejected: a pool of such buffers (38 MiB for ever) and `MALLOC_MMAP_THRESHOLD_`, which the operator would have
// to set. The price is a dependency in C. Without huge pages, which would round every thread's share up.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before the runtime, as `.env` is put into the environment and no other thread may be reading it.
    let command = match cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(code) => return code,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the machine gives a process its threads");
    let code = runtime.block_on(cli::run(command));
    // Everything that had to be ended in order has been; what is left may not hold the process.
    runtime.shutdown_background();
    code
}
