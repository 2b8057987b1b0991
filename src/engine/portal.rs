//! A portal for tests, and an engine that knows no other: the items stand in a table, and what goes wrong in a
//! script. It shares nothing with the real connectors.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::config::{self, Archive, CatchUp, Job, Learners, Place, Pull, ReportSettings, Schedule, Source};
use crate::connectors::{
    Access, Answer, BatchFuture, CallFuture, ConnectError, Connector, Item, ItemSender, Product, PullFuture,
    Question,
};
use crate::model::{
    Asks, Column, ColumnKind, Digest, Fields, ItemShape, Keep, Key, Operation, OperationKind, Outcome,
    PullShape, Pulled, RowsKind, SourceFormat, Verdict,
};
use crate::store::{PullRunRow, RunRecord, RunRef};

use super::{Engine, SystemClock};

/// The operation that is asked.
pub(super) const SHAPE: PullShape = PullShape {
    items: &[ItemShape {
        kind: "thing",
        nouns: ("thing", "things"),
        id: "id",
        title: "title",
        telling: &[],
        columns: &[
            Column::new("id", "ID", ColumnKind::Text),
            Column::new("title", "Title", ColumnKind::Text),
            Column::new("progress", "Progress", ColumnKind::Whole).keeping(Keep::Greatest),
            Column::new("registration", "Registration", ColumnKind::Text),
        ],
    }],
    learners: Asks::Maybe,
    identifiers: &[("Uniqueid", "unique_id"), ("Email", "email")],
    selects: None,
    windowed: false,
    daily_calls: None,
    registration: None,
};

const MAIN: &str = "data_dir = \"data\"\n\n[connections.upside]\nproduct = \"upsidelms\"\n\
                    base_url = \"BASE\"\nportal_key = \"key\"\npassword = { env = \"ROLLBOOK_TEST_NOT_SET\" }\n\
                    requests_per_second = 0\nconcurrency = 3\n";

static PRODUCT: Product = Product {
    name: "portal",
    settings: &[],
    operations: |_| Vec::new(),
    connect: |access: Access| -> Result<Box<dyn Connector>, ConnectError> {
        let portals = PORTALS.lock().unwrap();
        Ok(Box::new(Way(Arc::clone(&portals[&access.base_url]))))
    },
    mistakes: |_| Vec::new(),
};

static PORTALS: LazyLock<Mutex<HashMap<String, Arc<Portal>>>> = LazyLock::new(Mutex::default);

/// What the portal does in the place of an answer.
#[derive(Clone)]
pub(super) enum Odd {
    /// It gives the items and then this outcome.
    Fails(Outcome),
    /// It panics.
    Panics,
    /// It never answers.
    Hangs,
    /// It says that there are so many.
    Total(u64),
    /// It comes, and says that this is odd about it.
    Doubt(&'static str),
}

/// The other side.
#[derive(Default)]
pub(super) struct Portal {
    /// The items of each scope, page by page: ID, title, further fields.
    pub(super) pages: Mutex<BTreeMap<String, Vec<Vec<Pulled>>>>,
    /// What goes wrong, by scope and cursor (`Uniqueid=1@`), each once.
    pub(super) odd: Mutex<BTreeMap<String, VecDeque<Odd>>>,
    /// What was asked, by scope and cursor.
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) questions: Mutex<Vec<Question>>,
    /// Ends the process once so many questions were asked.
    pub(super) stops: Mutex<Option<(usize, CancellationToken)>>,
}

impl Portal {
    /// Answers a question of this scope with these items in one page: `id title`, or `id title progress`.
    pub(super) fn holds(&self, scope: &str, items: &[&str]) {
        let items = items.iter().map(|item| thing(item)).collect();
        self.pages.lock().unwrap().insert(scope.to_owned(), vec![items]);
    }

    pub(super) fn fails(&self, question: &str, odd: Odd) {
        self.odd.lock().unwrap().entry(question.to_owned()).or_default().push_back(odd);
    }

    /// What was asked since the last look.
    pub(super) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// An item from its values.
pub(super) fn thing(text: &str) -> Pulled {
    let names = ["id", "title", "progress", "registration"];
    let fields: Fields =
        names.into_iter().zip(text.split(' ')).filter(|(_, value)| !value.is_empty()).collect();
    let id = fields.get(&"id".into()).unwrap().to_owned();
    Pulled {
        kind: "thing".to_owned(),
        key: Key::from_values([id.as_str()]),
        parent: None,
        fields,
        odd: Vec::new(),
    }
}

struct Way(Arc<Portal>);

impl Connector for Way {
    fn deliver<'a>(&'a self, _: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(async { Vec::new() })
    }

    fn probe(&self) -> CallFuture<'_> {
        Box::pin(async { Outcome::new(Verdict::Accepted, "ok", "") })
    }

    fn pull<'a>(&'a self, question: &'a Question, items: ItemSender) -> PullFuture<'a> {
        let portal = &self.0;
        Box::pin(async move {
            let scope = question.learner.as_ref().map(ToString::to_string).unwrap_or_default();
            let page: usize = question.cursor.as_deref().map_or(0, |cursor| cursor.parse().unwrap());
            let about = format!("{scope}@{}", question.cursor.as_deref().unwrap_or_default());
            let count = {
                let mut asked = portal.asked.lock().unwrap();
                asked.push(about.clone());
                asked.len()
            };
            portal.questions.lock().unwrap().push(question.clone());
            if let Some((_, stop)) = portal.stops.lock().unwrap().as_ref().filter(|(at, _)| *at <= count) {
                stop.cancel();
            }
            let odd = portal.odd.lock().unwrap().get_mut(&about).and_then(VecDeque::pop_front);
            let pages = portal.pages.lock().unwrap().get(&scope).cloned().unwrap_or_default();
            items.send(pages.get(page).cloned().unwrap_or_default()).await.unwrap();
            let next = (page + 1 < pages.len()).then(|| (page + 1).to_string());
            match odd {
                Some(Odd::Fails(outcome)) => Err(outcome),
                Some(Odd::Panics) => panic!("on purpose"),
                Some(Odd::Hangs) => std::future::pending().await,
                Some(Odd::Doubt(doubt)) => Ok(Answer {
                    next,
                    notes: vec![format!("a note on {about}")],
                    doubt: Some(doubt.to_owned()),
                    ..Answer::default()
                }),
                Some(Odd::Total(total)) => Ok(Answer { next, total: Some(total), ..Answer::default() }),
                None => Ok(Answer { next, ..Answer::default() }),
            }
        })
    }
}

/// A data directory, an engine and its portal.
pub(super) struct Scene {
    pub(super) engine: Arc<Engine>,
    pub(super) portal: Arc<Portal>,
    folder: TempDir,
    /// What the job pulls from now on.
    pub(super) pull: Pull,
    pub(super) deadline: Duration,
    /// Another connection to the same portal, where there is one.
    pub(super) kin: Option<String>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let portal = Arc::new(Portal::default());
        let base = base(&folder);
        PORTALS.lock().unwrap().insert(base.clone(), Arc::clone(&portal));
        fs::create_dir(folder.path().join("jobs")).unwrap();
        fs::write(folder.path().join("rollbook.toml"), MAIN.replace("BASE", &base)).unwrap();
        let mut operation = Operation::new("portal.things", OperationKind::Pull, "Things.", Vec::new());
        operation.pull = Some(SHAPE);
        let pull = Pull {
            id: "upside.things".into(),
            connection: "upside".into(),
            operation,
            parameters: Fields::default(),
            learners: Learners::Nobody,
            overlap: Duration::from_secs(3 * 86_400),
            since: None,
            export: None,
            columns: None,
            retention: Duration::from_secs(730 * 86_400),
        };
        let deadline = Duration::from_secs(3600);
        let engine = engine(&folder, vec![pull.clone()], deadline, None).await;
        Self { engine, portal, folder, pull, deadline, kin: None }
    }

    /// The process begins anew, with the job as it is now.
    pub(super) async fn restart(&mut self) {
        self.restart_with(vec![self.pull.clone()]).await;
    }

    pub(super) async fn restart_with(&mut self, pulls: Vec<Pull>) {
        self.engine.store.close().await;
        self.engine = engine(&self.folder, pulls, self.deadline, self.kin.as_deref()).await;
    }

    pub(super) fn shape(&mut self, set: impl FnOnce(&mut PullShape)) {
        set(self.pull.operation.pull.as_mut().unwrap());
    }

    /// One run of the job, as it is now, to its end.
    pub(super) async fn sync(&mut self) -> Told {
        self.restart().await;
        let run = self.engine.run_pulls(&"things".into(), "a test").await.unwrap();
        assert!(self.engine.follow(run, &CancellationToken::new()).await.unwrap());
        self.told(run).await
    }

    /// Takes up what is open, and gives the run of it.
    pub(super) async fn resume(&mut self) -> Told {
        self.restart().await;
        let [run] = self.engine.recover().await.unwrap()[..] else { panic!("one open run") };
        self.engine.process(&self.engine.store.run(run).await.unwrap()).await.unwrap();
        assert!(self.engine.follow(run, &CancellationToken::new()).await.unwrap());
        self.told(run).await
    }

    pub(super) async fn told(&self, run_ref: RunRef) -> Told {
        let store = &self.engine.store;
        let run = store.run(run_ref).await.unwrap();
        let mut events = Vec::new();
        for event in store.run_events(run_ref, None, 1000).await.unwrap() {
            let field = event.field.map(|field| {
                let [before, after] = [event.before, event.after].map(|value| value.unwrap_or_default());
                format!(" {field} {before}>{after}")
            });
            let scope =
                if event.item.scope.is_empty() { String::new() } else { format!("{} ", event.item.scope) };
            events.push(format!(
                "{scope}{} {}{}",
                event.item.key,
                event.event.as_str(),
                field.unwrap_or_default()
            ));
        }
        events.sort();
        let rows = store.pull_runs(run_ref).await.unwrap();
        let failures = store.failed_steps(run_ref, 100).await.unwrap();
        let failures =
            failures.into_iter().map(|step| format!("{} {}: {}", step.scope, step.code, step.reason));
        Told { run, rows, events, failures: failures.collect() }
    }

    /// All that is known, as `scope key standing`, in order.
    pub(super) async fn known(&self) -> Vec<String> {
        let filter = crate::store::ItemFilter { gone_too: true, ..Default::default() };
        let items = self.engine.store.items(&filter, None, 1000).await.unwrap();
        let mut lines: Vec<String> = items
            .iter()
            .map(|item| {
                let title = item.fields.get(&"title".into()).unwrap_or_default();
                format!("{} {} {title} {}", item.scope, item.key, item.standing.as_str()).trim().to_owned()
            })
            .collect();
        lines.sort();
        lines
    }
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) run: RunRecord,
    pub(super) rows: Vec<PullRunRow>,
    pub(super) events: Vec<String>,
    pub(super) failures: Vec<String>,
}

impl Told {
    /// `status asked answered failed`.
    pub(super) fn said(&self) -> String {
        let status = self.run.status.map_or("open", crate::model::RunStatus::as_str);
        let row = &self.rows[0];
        format!("{status} {} {} {}", row.asked, row.answered, row.failed)
    }
}

fn base(folder: &TempDir) -> String {
    let name = folder.path().file_name().unwrap().to_string_lossy().to_lowercase();
    format!("https://{}.example.org", name.replace('.', "t"))
}

async fn engine(folder: &TempDir, pulls: Vec<Pull>, deadline: Duration, kin: Option<&str>) -> Arc<Engine> {
    let loaded = config::load(&folder.path().join("rollbook.toml"));
    let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.problems));
    for connection in config.connections.values_mut() {
        connection.product = &PRODUCT;
        connection.secrets.clear();
    }
    if let Some(name) = kin {
        let mut other = config.connections.values().next().unwrap().clone();
        other.name = name.into();
        config.connections.insert(other.name.clone(), other);
    }
    if !pulls.is_empty() {
        let job = job(pulls, deadline);
        config.jobs.insert(job.name.clone(), job);
    }
    Engine::open(config, Arc::new(SystemClock)).await.unwrap()
}

fn job(pulls: Vec<Pull>, deadline: Duration) -> Job {
    Job {
        name: "things".into(),
        file: "jobs/things.toml".into(),
        hash: Digest::new().finish(),
        description: "Things".to_owned(),
        source: Source {
            place: Place::Nowhere,
            rows: RowsKind::Full,
            format: SourceFormat::default(),
            filters: Vec::new(),
            filtered_is_absent: false,
        },
        schedule: Schedule {
            on_arrival: false,
            cron: None,
            timezone: None,
            due_by: None,
            catch_up: CatchUp::Once,
        },
        pushes: Vec::new(),
        pulls,
        report: ReportSettings::default(),
        archive: Archive::Keep,
        deadline,
    }
}
