//! A memory for tests: a catalog and a learner's plan, as two nights of pulls have left them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::{
    Archive, CatchUp, Config, Connection, Job, Learners, Place, Pull, ReportSettings, Schedule, Source,
};
use crate::connectors::{PRODUCTS, Settings};
use crate::engine::{Clock, Engine};
use crate::model::{
    Asks, Column, ColumnKind, Digest, Fields, ItemEvent, ItemShape, ItemStanding, Key, Learner, Operation,
    OperationKind, PullShape, Pulled, RowsKind, RunStatus, SourceFormat,
};
use crate::plan::{News, remember};
use crate::store::{Chunk, FoldedItem, Leaving, NewEvent, NewRun, NewStep, RunKind, RunRef, Turn};

const YES_NO: ColumnKind = ColumnKind::Flag { yes: &["Yes"], no: &["No"] };

const ITEMS: &[ItemShape] = &[
    ItemShape {
        kind: "curriculum",
        nouns: ("curriculum", "curricula"),
        id: "curriculum_id",
        title: "curriculum_name",
        telling: &[("price", "price"), ("certified", "certificate"), ("language", "language")],
        columns: &[
            Column::new("curriculum_id", "Curriculum ID", ColumnKind::Whole).internal(),
            Column::new("curriculum_name", "Curriculum", ColumnKind::Text),
            Column::new("description", "Description", ColumnKind::Text),
            Column::new("price", "Price", ColumnKind::Decimal),
            Column::new("certified", "Certified", YES_NO),
            Column::new("language", "Language", ColumnKind::Text),
        ],
    },
    ItemShape {
        kind: "Course",
        nouns: ("course", "courses"),
        id: "course_id",
        title: "course_name",
        telling: &[("minutes", "minutes")],
        columns: &[
            Column::new("course_id", "Course ID", ColumnKind::Whole).internal(),
            Column::new("course_name", "Course", ColumnKind::Text),
            Column::new("minutes", "Minutes", ColumnKind::Whole),
        ],
    },
];

fn shape(learners: Asks) -> PullShape {
    PullShape {
        items: ITEMS,
        learners,
        identifiers: &[("Uniqueid", "unique_id"), ("Email", "email")],
        selects: None,
        windowed: false,
        daily_calls: None,
        registration: None,
    }
}

/// The morning after the two nights.
#[derive(Debug)]
struct Morning;

impl Clock for Morning {
    fn now(&self) -> DateTime<Utc> {
        "2026-11-22T07:00:00Z".parse().unwrap()
    }
}

/// A scene: an engine with its folder.
pub(super) struct Scene {
    _folder: tempfile::TempDir,
    pub(super) engine: Arc<Engine>,
}

/// A curriculum.
pub(super) fn curriculum(id: &str, fields: &[(&str, &str)]) -> Pulled {
    let own = [("curriculum_id", id)];
    Pulled {
        kind: "curriculum".to_owned(),
        key: Key::from_values([id]),
        parent: None,
        fields: own.iter().chain(fields).copied().collect(),
        odd: Vec::new(),
    }
}

/// A course of a curriculum.
pub(super) fn course(of: &str, id: &str, fields: &[(&str, &str)]) -> Pulled {
    let own = [("course_id", id)];
    Pulled {
        kind: "Course".to_owned(),
        key: Key::from_values([of, "Course", id]),
        parent: Some(Key::from_values([of])),
        fields: own.iter().chain(fields).copied().collect(),
        odd: Vec::new(),
    }
}

impl Scene {
    /// An account with a job `catalog` and a job `plans`, of which nothing is known, and an account without.
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Operation {
            pull: Some(shape(Asks::Maybe)),
            ..Operation::new("upsidelms.training_catalog", OperationKind::Pull, "asks", Vec::new())
        };
        let plan = Operation {
            pull: Some(shape(Asks::EachLearner)),
            ..Operation::new("upsidelms.training_plan", OperationKind::Pull, "asks", Vec::new())
        };
        let these = Learner { names: vec![("Uniqueid".to_owned(), "101".to_owned())] };
        let jobs = [
            job("catalog", "upside.training_catalog", &catalog, Learners::Nobody),
            job("plans", "upside.training_plan", &plan, Learners::These(vec![these])),
        ];
        let connections = [("upside", vec![catalog, plan]), ("crowd", Vec::new())];
        let config = Config {
            file: folder.path().join("rollbook.toml"),
            data_dir: folder.path().join("data"),
            data_key: None,
            mail: None,
            connections: connections
                .into_iter()
                .map(|(name, operations)| (name.into(), connection(name, operations)))
                .collect(),
            jobs: jobs.into_iter().map(|job| (job.name.clone(), job)).collect(),
        };
        let engine = Engine::open(config, Arc::new(Morning)).await.unwrap();
        Self { _folder: folder, engine }
    }

    /// A catalog that has been pulled twice, with a change of every sort.
    pub(super) async fn two_nights() -> Self {
        let scene = Self::new().await;
        let fire = |price| {
            curriculum(
                "404",
                &[
                    ("curriculum_name", "Fire safety"),
                    ("price", price),
                    ("certified", "true"),
                    ("language", "en"),
                    ("description", "What to do, and what to leave when the alarm rings"),
                ],
            )
        };
        let first_aid = curriculum(
            "405",
            &[
                ("curriculum_name", "=First aid"),
                ("price", "0.00"),
                ("certified", "false"),
                ("language", "en"),
            ],
        );
        let drill = course("404", "9001", &[("course_name", "Drill"), ("minutes", "45")]);
        let ladders = course("404", "9002", &[("course_name", "Ladders"), ("minutes", "30")]);
        let fax = curriculum("7", &[("curriculum_name", "Fax machines"), ("language", "en")]);
        let first = [fire("10.00"), drill.clone(), ladders, first_aid.clone(), fax];
        scene.answer("catalog", "", &first, "2026-11-20T02:00:00Z").await;
        let heights = curriculum("500", &[("curriculum_name", "Working at heights"), ("language", "de")]);
        let second = [fire("12.50"), drill, first_aid, heights];
        scene.answer("catalog", "", &second, "2026-11-21T02:00:00Z").await;
        scene.answer("plans", "Uniqueid=101", &[fire("12.50")], "2026-11-21T03:00:00Z").await;
        scene
    }

    /// A run of a job whose one question has this answer, as the engine folds it.
    pub(super) async fn answer(&self, job: &str, scope: &str, items: &[Pulled], at: &str) -> RunRef {
        let (run, pull, at) = self.begin(job, scope, at).await;
        let store = &self.engine.store;
        let step = store.open_steps(run, pull, None, 1).await.unwrap().remove(0);
        let keys: Vec<_> = items.iter().map(|item| &item.key).collect();
        let known = store.known_items(pull, scope, &keys, run).await.unwrap();
        let folded = items.iter().map(|item| {
            let known = known.iter().find(|known| known.key == item.key).cloned();
            let kind = ITEMS.iter().find(|shape| shape.kind == item.kind);
            let news =
                remember(known.as_ref().map(|known| (&known.fields, known.standing)), &item.fields, kind);
            let events = if step.baseline { Vec::new() } else { events(&news.news) };
            FoldedItem {
                item: Pulled { fields: news.fields, ..item.clone() },
                learner: scope.to_owned(),
                touched: news.news != News::None,
                known,
                events,
            }
        });
        let absent = if step.baseline { ItemStanding::Outside } else { ItemStanding::Retired };
        let chunk = Chunk {
            items: folded.collect(),
            names: Vec::new(),
            turn: Some(Turn::Ended { absent: Some(absent), doubt: None }),
        };
        store.fold(run, pull, &step, &chunk, at).await.unwrap();
        store.end_pull(run, pull, &Leaving::default()).await.unwrap();
        store.close_pull(run, pull, DateTime::UNIX_EPOCH).await.unwrap();
        store.finish_run(run, RunStatus::Ok, Some(at)).await.unwrap();
        run
    }

    /// A run of a job whose one question is not answered.
    pub(super) async fn fail(&self, job: &str, scope: &str, at: &str) -> RunRef {
        let (run, pull, at) = self.begin(job, scope, at).await;
        let store = &self.engine.store;
        store.fail_open_steps(run, pull, ("HTTP 503", "Service Unavailable"), at).await.unwrap();
        store.finish_run(run, RunStatus::Failed, Some(at)).await.unwrap();
        run
    }

    async fn begin(
        &self,
        job: &str,
        scope: &str,
        at: &str,
    ) -> (RunRef, crate::store::PullRef, DateTime<Utc>) {
        let at: DateTime<Utc> = at.parse().unwrap();
        let store = &self.engine.store;
        let new = NewRun {
            kind: RunKind::Pull,
            fed_by: None,
            job: job.into(),
            job_hash: Digest::new().finish(),
            cause: "by hand".to_owned(),
            started_at: at,
            deadline_at: at,
            file: None,
        };
        let run = store.enter_run(&new).await.unwrap().run_ref;
        let pull = &self.engine.config.jobs[job].pulls[0];
        let pull_ref =
            store.pull(&job.into(), &pull.id, &pull.connection, &pull.operation.name).await.unwrap();
        let names = scope.split_once('=').map(|(_, value)| value.to_owned());
        let step = NewStep {
            scope: scope.to_owned(),
            learner: None,
            names: names
                .into_iter()
                .chain((!scope.is_empty()).then(|| "Amrita@example.org".to_owned()))
                .collect(),
            unusable: None,
        };
        store.enter_steps(run, pull_ref, Digest::new().finish(), &[step], at).await.unwrap();
        store.enter_pull(run, pull_ref, 0, None, &[]).await.unwrap();
        (run, pull_ref, at)
    }
}

fn events(news: &News) -> Vec<NewEvent> {
    let own = match news {
        News::Added => Some(NewEvent::from(ItemEvent::Added)),
        News::Returned(_) => Some(NewEvent::from(ItemEvent::Returned)),
        News::None | News::Changed(_) | News::Resumed(_) => None,
    };
    let changes = news.changes().iter().map(|change| {
        let (before, after) = (change.before.clone(), change.after.clone());
        NewEvent { event: ItemEvent::Changed, field: Some(change.field.clone()), before, after }
    });
    own.into_iter().chain(changes).collect()
}

fn connection(name: &str, operations: Vec<Operation>) -> Connection {
    Connection {
        name: name.into(),
        product: PRODUCTS[0],
        base_url: "https://lms.example.org".to_owned(),
        settings: Settings::default(),
        secrets: BTreeMap::new(),
        operations,
        requests_per_second: 5,
        concurrency: 4,
        timeout: Duration::from_secs(60),
    }
}

fn job(name: &str, pull: &str, operation: &Operation, learners: Learners) -> Job {
    Job {
        name: name.into(),
        file: format!("jobs/{name}.toml").into(),
        hash: Digest::new().finish(),
        description: String::new(),
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
        pulls: vec![Pull {
            id: pull.into(),
            connection: "upside".into(),
            operation: operation.clone(),
            parameters: Fields::default(),
            learners,
            overlap: Duration::ZERO,
            since: None,
            export: None,
            columns: None,
            retention: Duration::from_secs(1),
        }],
        report: ReportSettings::default(),
        archive: Archive::Keep,
        deadline: Duration::from_secs(60),
    }
}
