//! Gemini's stand-in, on a thread of its own: what it takes must not hold up the generator.

use std::sync::mpsc;

use anyhow::Result;
use standin::script::Script;
use standin::server::Standin;

/// Answers until the program ends.
pub(crate) struct Gemini {
    pub(crate) url: String,
}

impl Gemini {
    /// Starts one that answers every question by `script`.
    ///
    /// # Errors
    /// When there is no thread or port.
    pub(crate) fn start(script: Script) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (tell, url) = mpsc::channel();
        std::thread::spawn(move || {
            runtime.block_on(async {
                let standin = Standin::start().await;
                standin.play(script);
                // Whoever waits for it is there as long as this thread is.
                let _ = tell.send(standin.base_url());
                standin.serve_forever().await;
            });
        });
        Ok(Self { url: url.recv()? })
    }
}
