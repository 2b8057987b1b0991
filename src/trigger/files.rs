//! The files that wait for a job.

use std::io;
use std::time::{Instant, SystemTime};

use tokio_util::sync::CancellationToken;

use crate::config::DropFolder;

use super::Folder;

/// The files that have settled, oldest first. Where none has and some still settle, they are waited for;
/// `stop` ends the waiting.
///
/// # Errors
/// When the folder can't be read.
pub async fn settled_files(source: &DropFolder, stop: &CancellationToken) -> io::Result<Vec<String>> {
    let mut folder = Folder::default();
    loop {
        let look = folder.look(source, Instant::now(), SystemTime::now())?;
        match look.settling {
            Some(settling) if look.ready.is_empty() => tokio::select! {
                () = stop.cancelled() => return Ok(Vec::new()),
                () = tokio::time::sleep(settling) => {}
            },
            _ => return Ok(look.ready),
        }
    }
}
