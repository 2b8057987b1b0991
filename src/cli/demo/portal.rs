//! What happens at the simulated LMSs while nobody pushes anything: what they offer, and what learners do there.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::context::Failure;
use crate::sandbox::{
    Media77Study, Sandbox, UpsideLmsContent, UpsideLmsContentKind, UpsideLmsCurriculum, UpsideLmsStudy,
    UpsideLmsTrouble,
};

const CATALOG: &[u8] = include_bytes!("../../../sample-data/portal-catalog-2026-11-21.csv");
const CATALOG_LATER: &[u8] = include_bytes!("../../../sample-data/portal-catalog-2026-11-22.csv");
const STUDY: &[u8] = include_bytes!("../../../sample-data/portal-study-2026-11-21.csv");

/// The links that course-access has made, below the demo's folder.
const LINKS: &str = "portal/launch-links.csv";

/// The columns of the catalog, and what UpsideLMS calls them.
const TOLD: [(&str, &str); 7] = [
    ("Description", "reference_title"),
    ("Access", "access"),
    ("Status", "curriculum_status"),
    ("Cost", "cost_per_person"),
    ("Currency", "currency"),
    ("Certification", "certification"),
    ("Modified on", "modified_date"),
];

const KINDS: [UpsideLmsContentKind; 8] = [
    UpsideLmsContentKind::Course,
    UpsideLmsContentKind::Assignment,
    UpsideLmsContentKind::Assessment,
    UpsideLmsContentKind::ReferenceMaterial,
    UpsideLmsContentKind::Video,
    UpsideLmsContentKind::Survey,
    UpsideLmsContentKind::Session,
    UpsideLmsContentKind::VirtualClassroom,
];

/// What happens there.
#[derive(Clone, Copy)]
pub(super) enum Scene {
    /// Learners get on with their curricula at UpsideLMS.
    Curricula,
    /// Learners take their courses at 77 Media.
    Courses,
    /// UpsideLMS offers other things than the day before.
    NextDay,
}

impl Scene {
    /// Lets it happen.
    pub(super) fn play(self, sandbox: &Sandbox, folder: &Path, now: DateTime<Utc>) -> Result<(), Failure> {
        match self {
            Self::Curricula => curricula_are_studied(sandbox, now),
            Self::Courses => courses_are_taken(sandbox, &folder.join(LINKS), now),
            Self::NextDay => {
                let later = curricula(CATALOG_LATER)?;
                sandbox.set_upsidelms(|options| options.curricula = later);
                Ok(())
            }
        }
    }
}

/// What UpsideLMS offers on the first day.
pub(super) fn offered() -> Result<Vec<UpsideLmsCurriculum>, Failure> {
    curricula(CATALOG)
}

fn curricula(catalog: &[u8]) -> Result<Vec<UpsideLmsCurriculum>, Failure> {
    let mut found: Vec<UpsideLmsCurriculum> = Vec::new();
    for row in rows(catalog)? {
        let cell = |column: &str| row.get(column).map(String::as_str).unwrap_or_default();
        if found.last().is_none_or(|last| last.id != cell("Curriculum ID")) {
            let curriculum = UpsideLmsCurriculum::new(cell("Curriculum ID"), cell("Curriculum"));
            let mut curriculum =
                TOLD.iter().fold(curriculum, |one, (column, name)| one.with(name, cell(column)));
            curriculum.trouble = (cell("Status") == "expired").then_some(UpsideLmsTrouble::Expired);
            found.push(curriculum);
        }
        let kind = KINDS.into_iter().find(|kind| kind.word() == cell("Content type"));
        if let (Some(kind), Some(last)) = (kind, found.last_mut()) {
            let content = UpsideLmsContent::new(kind, cell("Content ID"), cell("Content"));
            last.contents.push(content.with("mandatory", cell("Mandatory")));
        }
    }
    Ok(found)
}

fn curricula_are_studied(sandbox: &Sandbox, now: DateTime<Utc>) -> Result<(), Failure> {
    for row in rows(STUDY)?.iter().filter(|row| is_at(row, "UpsideLMS")) {
        let day = |column: &str| ago(row, column, now).map(|moment| moment.date_naive());
        let study = UpsideLmsStudy {
            started_on: day("Begun days ago"),
            completed_on: day("Completed days ago"),
            ..UpsideLmsStudy::default()
        };
        let (person, curriculum) = (text(row, "Employee ID"), text(row, "What"));
        if !sandbox.study_curriculum(person, curriculum, study) {
            return Err(Failure::failed(format!("{person} has no curriculum {curriculum} to study")));
        }
    }
    Ok(())
}

fn courses_are_taken(sandbox: &Sandbox, links: &Path, now: DateTime<Utc>) -> Result<(), Failure> {
    let links = std::fs::read(links)
        .map_err(|error| Failure::failed(format!("could not read {}: {error}", links.display())))?;
    let links = rows(&links)?;
    for row in rows(STUDY)?.iter().filter(|row| is_at(row, "77 Media")) {
        let of = |link: &&Row| {
            let columns = [("Employee ID", "Employee ID"), ("Course", "What"), ("Year", "Year")];
            columns.iter().all(|(link_has, row_has)| text(link, link_has) == text(row, row_has))
        };
        // Who has no link of ours has been sent by another system.
        let registration = links.iter().find(of).map(|link| text(link, "registration"));
        let course = match text(row, "What") {
            "SAFE" => "Site safety",
            "PRIV" => "Privacy at work",
            _ => "Changeover 2026",
        };
        sandbox.study(Media77Study {
            registration: registration.unwrap_or("0d6cf1f0-6a55-4d0e-9d3b-2f6b7c1e9a77").to_owned(),
            activity_id: text(row, "What").to_owned(),
            activity_title: course.to_owned(),
            progress: text(row, "Progress").parse().unwrap_or_default(),
            at: ago(row, "Completed days ago", now).or_else(|| ago(row, "Begun days ago", now)),
            date_started: ago(row, "Begun days ago", now),
            ..Media77Study::default()
        });
    }
    Ok(())
}

type Row = BTreeMap<String, String>;

fn rows(csv: &[u8]) -> Result<Vec<Row>, Failure> {
    let rows = csv::Reader::from_reader(csv).into_deserialize().collect::<Result<_, _>>();
    rows.map_err(|error| Failure::failed(format!("could not read the sample data: {error}")))
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map(String::as_str).unwrap_or_default()
}

fn is_at(row: &Row, place: &str) -> bool {
    text(row, "Where") == place
}

/// So many days before now.
fn ago(row: &Row, column: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    text(row, column).parse().ok().map(|days| now - TimeDelta::days(days))
}
