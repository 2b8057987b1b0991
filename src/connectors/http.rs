//! HTTP for all products: one client, one set of limits, one reading of what can go wrong on the way.
//!
//! It knows no vendor. Nothing that it says holds a body, a form value or a query: these carry secrets.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Client, Response, Url, header, redirect};

use super::ConnectError;
use crate::model::{Outcome, Verdict};

mod download;
mod failure;

pub use download::Download;
pub use failure::HttpFailure;
use failure::root_cause;

/// The longest wait for a connection; the whole call may be shorter still.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer that is read, counted after decompression.
const BODY_CAP: usize = 64 * 1024 * 1024;

/// The same where answers are never lists.
const SMALL_CAP: usize = 4 * 1024 * 1024;

/// What a call carries.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// Nothing: a GET.
    None,
    /// Form fields.
    Form(&'a [(&'a str, &'a str)]),
    /// A document, such as XML.
    Text {
        /// Its media type, with the charset.
        content_type: &'static str,
        /// The document.
        text: &'a str,
    },
}

/// A client for one connection's address.
#[derive(Debug)]
pub struct Http {
    client: Client,
    base_url: Url,
    timeout: Duration,
    /// How long a download may take as a whole.
    longest: Duration,
    body_cap: usize,
    file_cap: u64,
}

/// An answer that came in whole, whatever its status.
///
/// Most vendors answer HTTP 200 to a failure, and some (SOAP) HTTP 500 to a well-formed one, so the
/// connector looks at the body and then, where that says nothing, at [`Reply::failure`].
#[derive(Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type without its parameters.
    pub content_type: Option<String>,
    /// The body, decompressed. It may hold secrets: it goes into no message.
    pub body: Vec<u8>,
    retry_after: Option<String>,
    location: Option<String>,
}

impl Http {
    /// A client for `base_url` whose calls take at most `timeout`, body included; a download may go on for longer,
    /// as long as something of it comes within that time.
    ///
    /// # Errors
    /// When the address is not `https://` (or `http://` on loopback), or the client can't be built.
    pub fn new(base_url: &str, timeout: Duration) -> Result<Self, ConnectError> {
        let mut url = Url::parse(base_url)
            .map_err(|error| ConnectError(format!("base_url is not an address: {error}")))?;
        let local = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => {
                let advice = "base_url must begin with https:// (http:// is for loopback addresses only)";
                return Err(ConnectError(advice.to_owned()));
            }
            other => return Err(ConnectError(format!("base_url must begin with https://, not {other}:"))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConnectError("base_url must hold no user name or password".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConnectError("base_url must end with its path: no ? or #".to_owned()));
        }
        // The client would panic without it; `main` installs it as its first act.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(ConnectError("no TLS provider is installed".to_owned()));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let mut builder = Client::builder()
            .user_agent(concat!("rollbook/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .https_only(url.scheme() == "https")
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .timeout(timeout);
        if local {
            // A proxy of the environment can't reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| ConnectError(format!("no HTTP client: {}", root_cause(&error.without_url()))))?;
        let longest = timeout.saturating_mul(download::TIMES);
        Ok(Self { client, base_url: url, timeout, longest, body_cap: BODY_CAP, file_cap: download::FILE_CAP })
    }

    /// The same client for a service whose answers are small, whatever was asked.
    pub fn with_small_answers(self) -> Self {
        Self { body_cap: SMALL_CAP, ..self }
    }

    /// Posts `form` to `path`, which begins with a slash, below the base address.
    ///
    /// # Errors
    /// As `send`.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Result<Reply, HttpFailure> {
        self.send(path, &[], Body::Form(form)).await
    }

    /// Makes a call to `path`, which is empty or begins with a slash, below the base address: a POST where
    /// there is a body, else a GET. Headers may hold secrets.
    ///
    /// # Errors
    /// When no answer came in whole. An answer with an error status is a [`Reply`], see
    /// [`Reply::failure`].
    pub async fn send(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<Reply, HttpFailure> {
        let (mut reply, response) = self.ask(path, headers, body, self.timeout).await?;
        self.fill(&mut reply, response, self.body_cap).await?;
        Ok(reply)
    }

    /// Makes the call, which may take so long as a whole, and reads of its answer what stands before the body.
    async fn ask(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
        within: Duration,
    ) -> Result<(Reply, Response), HttpFailure> {
        let url = format!("{}{path}", self.base_url.as_str().trim_end_matches('/'));
        let mut request = match body {
            Body::None => self.client.get(url),
            Body::Form(form) => self.client.post(url).form(form),
            Body::Text { content_type, text } => {
                self.client.post(url).header(header::CONTENT_TYPE, content_type).body(text.to_owned())
            }
        };
        for (name, value) in headers {
            let mut value = header::HeaderValue::from_str(value)
                .map_err(|_| HttpFailure::Connect(format!("the header {name} can't hold its value")))?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let response = tokio::time::timeout(self.timeout, request.timeout(within).send())
            .await
            .map_err(|_| HttpFailure::Timeout(self.timeout))?
            .map_err(|error| self.failure(error))?;
        let header = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(|value| value.trim().to_owned())
        };
        let reply = Reply {
            status: response.status().as_u16(),
            content_type: header(header::CONTENT_TYPE).and_then(|value| media_type(&value)),
            body: Vec::new(),
            retry_after: header(header::RETRY_AFTER),
            location: header(header::LOCATION).and_then(|value| self.bare_target(&value)),
        };
        Ok((reply, response))
    }

    /// Reads the body into the answer.
    async fn fill(&self, reply: &mut Reply, response: Response, cap: usize) -> Result<(), HttpFailure> {
        match self.read(response, cap).await {
            Ok(body) => reply.body = body,
            // An error status says enough without its body, and may say when to come back.
            Err(_) if reply.failure().is_some() => {}
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    async fn read(&self, mut response: Response, cap: usize) -> Result<Vec<u8>, HttpFailure> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            if body.len() + chunk.len() > cap {
                return Err(HttpFailure::TooLarge(cap as u64));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failure(&self, error: reqwest::Error) -> HttpFailure {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            HttpFailure::Connect(root_cause(&error))
        } else if error.is_timeout() {
            HttpFailure::Timeout(self.timeout)
        } else {
            HttpFailure::CutOff(root_cause(&error))
        }
    }

    /// Where a redirect leads: no query, path parameter or user name, which may name a session.
    fn bare_target(&self, location: &str) -> Option<String> {
        let target = self.base_url.join(location).ok()?;
        let path = target.path().split(';').next()?;
        let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
        let bare = format!("{}://{}{port}{path}", target.scheme(), target.host_str()?);
        Some(bare.chars().take(200).collect())
    }
}

impl Reply {
    /// What the status alone says; `None` for 2xx.
    pub fn failure(&self) -> Option<HttpFailure> {
        (!(200..=299).contains(&self.status)).then(|| HttpFailure::Status {
            status: self.status,
            retry_after: self.retry_after.clone(),
            location: self.location.clone(),
        })
    }

    /// What the status says, unless it is one under which the LMS's own words in the body say more. A server
    /// that asks for a pause gets it, whatever stands in its answer.
    pub fn failure_unless(&self, body_says_more: bool) -> Option<HttpFailure> {
        self.failure().filter(|_| !body_says_more || asks_for_pause(self.status))
    }

    /// What the body looks like, in words that hold nothing of it.
    pub fn looks_like(&self) -> &'static str {
        looks_like(&self.body)
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What a body looks like, in words that hold nothing of it.
pub(super) fn looks_like(body: &[u8]) -> &'static str {
    let body = body.trim_ascii();
    let head = body.get(..body.len().min(1024)).unwrap_or_default().to_ascii_lowercase();
    let holds = |tag: &[u8]| head.windows(tag.len()).any(|window| window == tag);
    match head.first() {
        None => "an empty answer",
        Some(b'<') if holds(b"<html") || holds(b"<!doctype html") => "an HTML page",
        Some(b'<') => "XML or HTML",
        Some(b'{' | b'[') => "JSON",
        Some(_) => "text or bytes of another kind",
    }
}

/// Whether a status asks for a pause.
pub(super) fn asks_for_pause(status: u16) -> bool {
    matches!(status, 429 | 503)
}

/// The outcome of an answer that can't be the LMS's to this call.
pub(super) fn unreadable(reason: impl Into<String>) -> Outcome {
    Outcome::new(Verdict::RetryConnection { after: None }, "unreadable", reason)
}

fn media_type(content_type: &str) -> Option<String> {
    let name = content_type.split(';').next()?.trim();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/+-._".contains(c));
    (plain && !name.is_empty() && name.len() <= 80).then(|| name.to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::super::scripted::{Script, answer, serve};
    use super::*;

    fn http(base_url: &str) -> Result<Http, ConnectError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Http::new(base_url, Duration::from_secs(5))
    }

    #[track_caller]
    fn check_address(base_url: &str, expected: Result<(), &str>) {
        let made = http(base_url).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(made, expected.map_err(str::to_owned), "{base_url}");
    }

    #[test]
    fn clear_text_stays_on_this_machine() {
        for base_url in
            ["https://lms.example.org", "http://127.0.0.1:8080/lms", "http://[::1]:1", "http://localhost/"]
        {
            check_address(base_url, Ok(()));
        }
        let only = "base_url must begin with https:// (http:// is for loopback addresses only)";
        for base_url in ["http://lms.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1"] {
            check_address(base_url, Err(only));
        }
        check_address("ftp://lms.example.org", Err("base_url must begin with https://, not ftp:"));
        check_address("https://u:p@lms.example.org", Err("base_url must hold no user name or password"));
        check_address("https://lms.example.org/?key=1", Err("base_url must end with its path: no ? or #"));
        check_address("lms.example.org", Err("base_url is not an address: relative URL without a base"));
    }

    #[tokio::test]
    async fn a_form_is_posted_below_the_base_address_with_its_plus_encoded() {
        let (base_url, request) =
            serve(Script::close(answer("200 OK", &["Content-Type: Text/HTML; x=y"], "hi"))).await;
        let http = http(&format!("{base_url}/lms/")).unwrap();
        let reply = http.post_form("/rest/x", &[("a", "O+6X/o=="), ("b", "c d&ü")]).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_deref()), (200, Some("text/html")));
        assert_eq!((reply.body.as_slice(), reply.failure()), (&b"hi"[..], None));
        let request = String::from_utf8(request.await.unwrap()).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "a=O%2B6X%2Fo%3D%3D&b=c+d%26%C3%BC");
        assert!(head.starts_with("POST /lms/rest/x HTTP/1.1\r\n"), "{head}");
        let head = head.to_lowercase();
        assert!(head.contains(concat!("user-agent: rollbook/", env!("CARGO_PKG_VERSION"))), "{head}");
        assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    }

    /// 20,000 letters, by `gzip -9n`: 50 bytes on the way.
    const BOMB: &str = "H4sIAAAAAAACA+3BMQEAAADCoNqLbw0PoAAAAAAAAAAAAAAAAAAAAAAAAAB4MANHZUEgTgAA";

    async fn unpack(cap: usize) -> Result<usize, HttpFailure> {
        let body = STANDARD.decode(BOMB).unwrap();
        let (base_url, _request) =
            serve(Script::close(answer("200 OK", &["Content-Encoding: gzip"], body))).await;
        let mut http = http(&base_url).unwrap();
        http.body_cap = cap;
        http.post_form("/", &[]).await.map(|reply| reply.body.len())
    }

    #[tokio::test]
    async fn an_answer_is_measured_after_unpacking() {
        assert_eq!(unpack(20_000).await, Ok(20_000));
        assert_eq!(unpack(19_999).await, Err(HttpFailure::TooLarge(19_999)));
    }

    #[tokio::test]
    async fn small_answers_are_cut_sooner() {
        let body = vec![b'x'; SMALL_CAP + 1];
        let (base_url, _request) = serve(Script::close(answer("200 OK", &[], body))).await;
        let http = http(&base_url).unwrap().with_small_answers();
        assert_eq!(http.post_form("/", &[]).await.unwrap_err(), HttpFailure::TooLarge(4_194_304));
    }

    #[test]
    fn the_words_of_the_lms_count_for_more_than_most_statuses() {
        let reply = |status| {
            let (retry_after, location) = (None, None);
            Reply { status, content_type: None, body: Vec::new(), retry_after, location }
        };
        for (status, body_says_more, fails) in [
            (200, false, false),
            (500, false, true),
            (500, true, false),
            (429, true, true),
            (503, true, true),
        ] {
            assert_eq!(reply(status).failure_unless(body_says_more).is_some(), fails, "{status}");
        }
    }

    #[tokio::test]
    async fn an_error_status_counts_though_its_body_breaks_off() {
        let cut = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 90\r\n\r\nso";
        let (base_url, _request) = serve(Script::close(cut)).await;
        let reply = http(&base_url).unwrap().post_form("/", &[]).await.unwrap();
        let outcome = reply.failure().unwrap().outcome(SystemTime::now());
        assert_eq!(outcome.verdict, Verdict::RetryConnection { after: Some(Duration::from_secs(30)) });
    }
}
