//! The calls to one service: its WSDL, asked for once, and SOAP calls with their answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::connectors::http::{Body, Http, Reply, unreadable};
use crate::connectors::kept::Kept;
use crate::connectors::soap;
use crate::connectors::{Access, ConnectError};
use crate::model::{ConnectionName, Outcome, Verdict};

use super::answer::{Answer, decode};
use super::opening::weigh;
use super::setup::{Setup, refusal};
use super::shape::Shape;
use super::wire::SYSTEM_ID;
use super::wsdl::{Found, Wsdl};

/// More documents than a WSDL of a few methods is spread over.
const MOST_IMPORTS: usize = 8;

/// The service of one connection.
pub(super) struct Service {
    /// The client's identifier.
    pub(super) system_id: SecretString,
    /// The values of the parameters of the session method, the identifier among them.
    pub(super) values: BTreeMap<String, SecretString>,
    setup: Setup,
    http: Http,
    connection: ConnectionName,
    /// Where the service listens, whole.
    address: Url,
    /// The path of the base address, which all calls are below.
    base_path: String,
    shape: Kept<Arc<Shape>>,
}

impl Service {
    /// The service that `access` leads to; no call is made yet.
    ///
    /// # Errors
    /// When settings or secrets are missing or odd.
    pub(super) fn new(access: &Access) -> Result<Self, ConnectError> {
        let setup = Setup::read(&access.settings).map_err(refusal)?;
        let system_id = access.secret(super::SYSTEM_ID_KEY)?;
        let mut values = BTreeMap::from([(SYSTEM_ID.to_owned(), system_id.clone())]);
        for name in &setup.parameters {
            values.insert(name.clone(), access.secret(&format!("session_parameters.{name}"))?);
        }
        let http = Http::new(&access.base_url, access.timeout)?.with_small_answers();
        let base_url = access.base_url.trim_end_matches('/');
        let odd = |error| ConnectError(format!("base_url and soap_path make no address: {error}"));
        let address = Url::parse(&format!("{base_url}{}", setup.soap_path)).map_err(odd)?;
        let base_path = Url::parse(base_url).map_err(odd)?.path().trim_end_matches('/').to_owned();
        let (connection, shape) = (access.connection.clone(), Kept::default());
        Ok(Self { system_id, values, setup, http, connection, address, base_path, shape })
    }

    /// What the calls look like: by the WSDL where one answers, else by the document. Asked for until the
    /// service has said either.
    ///
    /// # Errors
    /// Without effect: `wsdl` where the WSDL lacks something, otherwise why nobody knows whether there is one.
    pub(super) async fn shape(&self) -> Result<Arc<Shape>, Outcome> {
        self.shape.get(|_| true, self.find_shape()).await
    }

    async fn find_shape(&self) -> Result<Arc<Shape>, Outcome> {
        let found = match self.ask(&format!("{}?wsdl", self.setup.soap_path)).await? {
            Some(reply) => Wsdl::read(&reply.body),
            None => Found::Nothing,
        };
        let mut wsdl = match found {
            Found::Wsdl(wsdl) => wsdl,
            Found::Nothing => {
                tracing::info!(
                    connection = %self.connection,
                    "no WSDL answers below soap_path; calls are made with the names of the vendor's document"
                );
                return Ok(Arc::new(Shape::of_document(&self.setup)));
            }
            Found::Broken(problem) => {
                return Err(unreadable(format!("the WSDL can't be read: {problem}")).without_effect());
            }
        };
        for path in self.import_paths(&wsdl) {
            // What a document says that is not there stays unknown.
            if let Some(reply) = self.ask(&path).await? {
                wsdl.add(&reply.body);
            }
        }
        Shape::of_wsdl(&wsdl, &self.setup)
            .map(Arc::new)
            .map_err(|lacks| Outcome::new(Verdict::StopConnection, "wsdl", lacks))
    }

    /// A document of the service's; `None` where there surely is none. What fails in passing is no such
    /// answer: calls that the WSDL would have shaped otherwise would go out by the document for good.
    async fn ask(&self, path: &str) -> Result<Option<Reply>, Outcome> {
        let failed = |outcome: Outcome| {
            let verdict = match outcome.verdict {
                Verdict::Retry => Verdict::RetryConnection { after: None },
                verdict => verdict,
            };
            let reason = format!("{}; the service was asked for its WSDL", outcome.reason);
            Outcome { verdict, reason, ..outcome }.without_effect()
        };
        let now = SystemTime::now;
        let reply = self.http.send(path, &[], Body::None).await;
        let reply = reply.map_err(|failure| failed(failure.outcome(now())))?;
        match reply.failure() {
            None => Ok(Some(reply)),
            Some(_) if matches!(reply.status, 404 | 405 | 410) => Ok(None),
            Some(failure) => Err(failed(failure.outcome(now()))),
        }
    }

    /// The paths of imported documents on this host, below the base address. Another host is never asked,
    /// and services behind a proxy name themselves by `http` or an inner port, so the host alone counts.
    fn import_paths(&self, wsdl: &Wsdl) -> Vec<String> {
        let mut paths = Vec::new();
        for place in wsdl.imports() {
            let Ok(url) = self.address.join(place) else { continue };
            let below = url.path().strip_prefix(self.base_path.as_str()).filter(|path| path.starts_with('/'));
            let Some(path) = below.filter(|_| url.host_str() == self.address.host_str()) else { continue };
            let path = match url.query() {
                Some(query) => format!("{path}?{query}"),
                None => path.to_owned(),
            };
            if !paths.contains(&path) && paths.len() < MOST_IMPORTS {
                paths.push(path);
            }
        }
        paths
    }

    /// Makes a call and reads its answer; an outcome where HTTP says it all.
    pub(super) async fn call(&self, action: &str, body: &SecretString) -> Result<Answer, Outcome> {
        let action = format!("\"{action}\"");
        // Without `Accept` the stack was seen to answer some errors as plain text.
        let headers = [("SOAPAction", action.as_str()), ("Accept", "text/xml")];
        let body = Body::Text { content_type: soap::CONTENT_TYPE, text: body.expose_secret() };
        let now = SystemTime::now;
        let reply = self.http.send(&self.setup.soap_path, &headers, body).await;
        let reply = reply.map_err(|failure| failure.outcome(now()))?;
        weigh(&reply, decode(&reply.body), now())
    }

    /// What no reason may hold, beside the token of a session.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        self.values.values().chain([&self.system_id]).collect()
    }
}
