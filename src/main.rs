//! The program: a runtime around `cli`, and an exit code.

use std::process::ExitCode;

use gemini_coop::cli;

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
