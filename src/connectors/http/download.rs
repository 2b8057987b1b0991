//! Answers that are too large for memory: put into a private file that has no name, and that is gone with the
//! last who reads it.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use reqwest::Response;
use tokio::io::AsyncWriteExt;
use tokio_util::bytes::Bytes;

use super::{Body, Http, HttpFailure, Reply, SMALL_CAP};

/// The largest answer that is put into a file, counted after decompression: ten times what a catalog of
/// 20,000 curricula with their contents takes.
pub(super) const FILE_CAP: u64 = 1024 * 1024 * 1024;

/// How many times as long as another call a download may take as a whole: half an hour, unless the connection says
/// otherwise. One that goes on steadily would be no faster if it were asked for again.
pub(super) const TIMES: u32 = 30;

/// An answer that came in whole, and whose body lies on disk.
#[derive(Debug)]
pub struct Download {
    /// Its status and head. With an error status also the body, if it is small; otherwise the body is empty.
    pub reply: Reply,
    /// The body of an answer without an error status, decompressed, from its beginning.
    pub file: File,
}

impl Http {
    /// Makes a call as [`Http::send`] does, and puts the body of its answer into a private file in `folder`, which
    /// no other process can open.
    ///
    /// # Errors
    /// When no answer came in whole, or it finds no room on disk. An answer with an error status is a [`Download`],
    /// see [`Reply::failure`].
    pub async fn download(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
        folder: &Path,
    ) -> Result<Download, HttpFailure> {
        let file = tempfile::tempfile_in(folder).map_err(|error| no_room(&error))?;
        let (mut reply, response) =
            self.ask(path, headers, body, self.longest).await.map_err(|failure| match failure {
                HttpFailure::Timeout(timeout) => HttpFailure::Stalled(timeout),
                failure => failure,
            })?;
        if reply.failure().is_some() {
            // What does not come in time is done without: the status says enough.
            let words = self.fill(&mut reply, response, SMALL_CAP);
            if let Ok(filled) = tokio::time::timeout(self.timeout, words).await {
                filled?;
            }
            return Ok(Download { reply, file });
        }
        Ok(Download { reply, file: self.write(response, file).await? })
    }

    async fn write(&self, mut response: Response, file: File) -> Result<File, HttpFailure> {
        let mut file = tokio::fs::File::from_std(file);
        let mut length = 0_u64;
        while let Some(chunk) = self.next(&mut response).await? {
            length += chunk.len() as u64;
            if length > self.file_cap {
                return Err(HttpFailure::TooLarge(self.file_cap));
            }
            file.write_all(&chunk).await.map_err(|error| no_room(&error))?;
        }
        file.flush().await.map_err(|error| no_room(&error))?;
        let mut file = file.into_std().await;
        file.seek(SeekFrom::Start(0)).map_err(|error| no_room(&error))?;
        Ok(file)
    }
}

impl Http {
    /// The next part of a body, as long as it comes in time.
    async fn next(&self, response: &mut Response) -> Result<Option<Bytes>, HttpFailure> {
        let next = tokio::time::timeout(self.timeout, response.chunk()).await;
        next.map_err(|_| HttpFailure::Stalled(self.timeout))?.map_err(|error| match error.is_timeout() {
            true => HttpFailure::Endless(self.longest),
            false => self.failure(error),
        })
    }
}

/// The kind alone: the whole message would name a path of this machine.
fn no_room(error: &std::io::Error) -> HttpFailure {
    HttpFailure::Scratch(error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::super::super::scripted::{Script, answer, serve};
    use super::*;

    /// 20,000 letters, by `gzip -9n`: 50 bytes on the way.
    const BOMB: &str = "H4sIAAAAAAACA+3BMQEAAADCoNqLbw0PoAAAAAAAAAAAAAAAAAAAAAAAAAB4MANHZUEgTgAA";

    /// A server that sends a little all the time is slow, and not gone; one that stops is.
    #[tokio::test]
    async fn what_comes_steadily_may_take_longer_than_another_call() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let ask = async |script: Script, timeout: u64, longest: u64| {
            let (base_url, _request) = serve(script).await;
            let mut http = Http::new(&base_url, Duration::from_millis(timeout)).unwrap();
            http.longest = Duration::from_millis(longest);
            let answer = http.download("/x", &[], Body::None, folder.path()).await;
            answer.map(|download| download.reply.status).map_err(|failure| failure.to_string())
        };
        let head = "HTTP/1.1 200 OK\r\n\r\n{";
        let stalled = "nothing more of the answer came within 300ms, the connection's timeout_s";
        assert_eq!(ask(Script::hang(head), 300, 60_000).await, Err(stalled.to_owned()));
        assert_eq!(ask(Script::hang(""), 300, 60_000).await, Err(stalled.to_owned()));
        // A blank every few milliseconds.
        let endless = "the answer was not whole after 600ms, which is 30 times the connection's timeout_s";
        assert_eq!(ask(Script::drip(head), 300, 600).await, Err(endless.to_owned()));
        let trickle = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n";
        assert_eq!(ask(Script::drip(trickle), 200, 60_000).await, Ok(200));
        // The words of an error are not waited for so long.
        assert_eq!(ask(Script::drip("HTTP/1.1 500 Oh\r\n\r\n"), 300, 60_000).await, Ok(500));
    }

    async fn download(script: Script, cap: u64, folder: &Path) -> Result<(u16, String), HttpFailure> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (base_url, _request) = serve(script).await;
        let mut http = Http::new(&base_url, Duration::from_secs(5)).unwrap();
        http.file_cap = cap;
        let mut download = http.download("/x", &[], Body::Form(&[("a", "b")]), folder).await?;
        let mut text = String::new();
        download.file.read_to_string(&mut text).unwrap();
        let kept = String::from_utf8(download.reply.body).unwrap();
        Ok((download.reply.status, if text.is_empty() { kept } else { text }))
    }

    #[tokio::test]
    async fn a_body_lies_in_a_file_that_nobody_finds() {
        let folder = tempfile::tempdir().unwrap();
        let body = "0123456789".repeat(20_000);
        let script = Script::close(answer("200 OK", &[], &body));
        assert_eq!(download(script, FILE_CAP, folder.path()).await, Ok((200, body)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_file_is_measured_after_unpacking() {
        let zipped = || {
            let body = STANDARD.decode(BOMB).unwrap();
            Script::close(answer("200 OK", &["Content-Encoding: gzip"], body))
        };
        let folder = tempfile::tempdir().unwrap();
        let (_, text) = download(zipped(), 20_000, folder.path()).await.unwrap();
        assert_eq!(text.len(), 20_000);
        let refused = download(zipped(), 19_999, folder.path()).await;
        assert_eq!(refused, Err(HttpFailure::TooLarge(19_999)));
    }

    #[tokio::test]
    async fn an_error_keeps_its_words_and_half_a_body_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let failed = Script::close(answer("500 Internal Server Error", &[], "why"));
        assert_eq!(download(failed, FILE_CAP, folder.path()).await, Ok((500, "why".to_owned())));
        let half = Script::close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        let refused = download(half, FILE_CAP, folder.path()).await;
        assert!(matches!(refused, Err(HttpFailure::CutOff(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn without_a_place_for_the_answer_there_is_no_call() {
        let folder = tempfile::tempdir().unwrap();
        let refused = download(Script::close(""), FILE_CAP, &folder.path().join("gone")).await;
        let Err(failure @ HttpFailure::Scratch(_)) = refused else { panic!("{refused:?}") };
        assert_eq!(
            failure.to_string(),
            "the answer can't be kept on disk while it is read: entity not found"
        );
    }
}
