//! The curricula of a portal for which no others are listed: enough to look around in, with contents of all kinds,
//! all ways of access, and one that has expired.

use std::sync::LazyLock;

use super::contents::{UpsideLmsContent, UpsideLmsContentKind};
use super::curricula::{UpsideLmsCurriculum, UpsideLmsTrouble};

/// In the portal's own order.
pub(super) static CURRICULA: LazyLock<Vec<UpsideLmsCurriculum>> =
    LazyLock::new(|| [mandatory(), offered(), sold()].concat());

/// What people are assigned.
fn mandatory() -> Vec<UpsideLmsCurriculum> {
    use UpsideLmsContentKind::{Assignment, Course, ReferenceMaterial, Session, Survey};
    vec![
        curriculum("167", "Fire safety: the basics", "What to do before the fire brigade is there")
            .with("validity", "30")
            .with("certification", "yes")
            .with("created_date", "01/08/2024")
            .with("modified_date", "09/30/2026")
            .with("modified_by", "Rosa Ibáñez")
            .with("avgratings", "4.2")
            .content(
                part(Course, "1671", "Alarm, exits, extinguishers")
                    .with("reference_title", "Forty minutes, with sound")
                    .with("type", "SCORM 1.2")
                    .with("mandatory", "Yes")
                    .with("created_on", "01/08/2024")
                    .with("uploaded_on", "09/30/2026")
                    .with("about_course", "Kitchens / workshops / offices")
                    .with("seat_hours", "0")
                    .with("seat_mins", "40"),
            )
            .content(test("1672", "Fire safety test", "15", "80", "3").with("mandatory", "Yes"))
            .content(
                part(Survey, "1673", "How was it?")
                    .with("description", "Three questions")
                    .with("instructions", "Answers are kept without names")
                    .with("avain_from", "01/08/2024")
                    .with("avail_to", "12/31/2027"),
            ),
        curriculum("203", "Data protection & you", "Personal data at work")
            .with("validity", "20")
            .with("certification", "yes")
            .with("created_date", "05/25/2024")
            .with("avgratings", "3.6")
            .content(
                part(Course, "2031", "Whose data is it?")
                    .with("type", "SCORM 2004")
                    .with("mandatory", "Yes")
                    .with("created_on", "05/25/2024")
                    .with("uploaded_on", "05/25/2024")
                    .with("seat_hours", "1")
                    .with("seat_mins", "0"),
            )
            .content(
                part(ReferenceMaterial, "2032", "The policy, in full")
                    .with("description", "PDF, 14 pages")
                    .with("uploaded_on", "05/24/2024")
                    .with("avail_from", "05/25/2024")
                    .with("avain_to", "12/31/2027"),
            )
            .content(test("2033", "Data protection test", "20", "70", "5").with("mandatory", "Yes")),
        curriculum("311", "Anti-bribery", "Gifts, hospitality, and how to say no")
            .with("validity", "20")
            .with("created_date", "02/14/2025")
            .with("avgratings", "3.1")
            .content(
                part(Course, "3111", "Gifts and hospitality")
                    .with("type", "xAPI")
                    .with("mandatory", "Yes")
                    .with("created_on", "02/14/2025")
                    .with("uploaded_on", "02/14/2025"),
            )
            .content(
                part(Assignment, "3112", "A case of your own")
                    .with("objective", "To recognise a conflict of interest")
                    .with("instruction", "One page, to your line manager")
                    .with("uploaded_on", "02/14/2025")
                    .with("max_score", "100")
                    .with("duration", "14"),
            ),
        curriculum("440", "Manual handling", "Lifting without regret")
            .troubled(UpsideLmsTrouble::Expired)
            .with("certification", "yes")
            .with("start_date", "01/01/2022")
            .with("end_date", "12/31/2025")
            .with("created_date", "11/02/2021")
            .content(
                part(Session, "4401", "Lifting, in the warehouse")
                    .with("program_id", "44")
                    .with("session_objective", "To lift 20 kg safely")
                    .with("mandatory", "Yes")
                    .with("start_date", "11/10/2025")
                    .with("end_date", "11/10/2025")
                    .with("start_hours", "9")
                    .with("start_mins", "30")
                    .with("end_hours", "12")
                    .with("end_mins", "0")
                    .with("last_date_of_nomination", "11/03/2025")
                    .with("last_date_of_cancellation", "11/07/2025")
                    .with("vendor", "Strong Backs Ltd")
                    .with("speaker", "T. Okafor")
                    .with("venue", "Warehouse 2, Leeds")
                    .with("vendor_cost", "350.00")
                    .with("currency", "GBP"),
            )
            .content(video("4402", "Lifting in slow motion", "11/02/2021")),
    ]
}

/// What anybody can take.
fn offered() -> Vec<UpsideLmsCurriculum> {
    use UpsideLmsContentKind::{Course, ReferenceMaterial, Session, Survey};
    vec![
        curriculum("512", "First aid at work", "One day, and a card for three years")
            .with("access", "public")
            .with("validity", "90")
            .with("certification", "yes")
            .with("start_date", "01/01/2026")
            .with("end_date", "12/31/2027")
            .with("nomination_date", "11/30/2027")
            .with("cancellation_date", "12/15/2027")
            .with("seat_limit", "24")
            .with("nomination_count", "17")
            .with("avgratings", "4.8")
            .content(
                part(Session, "5121", "First aid, practical day")
                    .with("program_id", "51")
                    .with("mandatory", "Yes")
                    .with("start_date", "02/18/2027")
                    .with("end_date", "02/18/2027")
                    .with("start_hours", "8")
                    .with("start_mins", "0")
                    .with("end_hours", "16")
                    .with("end_mins", "30")
                    .with("venue", "Room \"Volta\", Lyon")
                    .with("vendor_cost", "1200.00")
                    .with("currency", "EUR"),
            )
            .content(video("5122", "Recovery position", "12/01/2025"))
            .content(test("5123", "First aid test", "30", "75", "2")),
        curriculum("604", "Spreadsheets for everybody", "From the first cell to the pivot table")
            .with("access", "public")
            .with("validity", "60")
            .with("seat_hours", "6")
            .with("seat_mins", "30")
            .with("created_date", "03/03/2025")
            .with("avgratings", "4.0")
            .content(part(Course, "6041", "Formulas").with("type", "SCORM 1.2").with("seat_hours", "3"))
            .content(part(ReferenceMaterial, "6042", "Keyboard shortcuts").with("uploaded_on", "03/03/2025")),
        curriculum("702", "Minds at work", "Mental health: to notice, to ask, to listen")
            .with("access", "public")
            .with("community", "yes")
            .with("start_date", "10/10/2026")
            .with("avgratings", "4.5")
            .content(video("7021", "“How are you, really?”", "10/01/2026"))
            .content(part(Survey, "7022", "What would help you?").with("avain_from", "10/10/2026")),
        // Nothing is told of it that is not told of every curriculum.
        UpsideLmsCurriculum::new("733", "Driving for work"),
    ]
}

/// What is paid for.
fn sold() -> Vec<UpsideLmsCurriculum> {
    use UpsideLmsContentKind::{Assignment, Course, VirtualClassroom};
    let classroom = |id: &str, name: &str, day: &str| {
        part(VirtualClassroom, id, name)
            .with("description", "Online, in groups of twelve")
            .with("mandatory", "Yes")
            .with("start_date", day)
            .with("start_hours", "14")
            .with("start_mins", "0")
            .with("training_hours", "1")
            .with("training_mins", "30")
            .with("instructor", "Li Wei")
    };
    vec![
        curriculum("611", "Project management", "Scope, time, money, people")
            .with("access", "paid")
            .with("cost_per_person", "149.00")
            .with("currency", "EUR")
            .with("validity", "120")
            .with("instructor", "Li Wei")
            .with("purchase_count", "38")
            .with("avgratings", "4.4")
            .content(classroom("6111", "Kick-off", "01/14/2027"))
            .content(part(Course, "6112", "Plans and budgets").with("type", "AICC"))
            .content(
                part(Assignment, "6113", "A plan for your project")
                    .with("max_score", "50")
                    .with("duration", "30"),
            ),
        curriculum("618", "Leading a team", "The first hundred days")
            .with("access", "paid")
            .with("cost_per_person", "89.50")
            .with("currency", "EUR")
            .with("validity", "90")
            .with("instructor", "Li Wei")
            .with("seat_limit", "12")
            .with("purchase_count", "9")
            .with("nomination_count", "4")
            .content(classroom("6181", "Feedback that is heard", "03/04/2027")),
    ]
}

fn curriculum(id: &str, name: &str, description: &str) -> UpsideLmsCurriculum {
    UpsideLmsCurriculum::new(id, name).with("reference_title", description)
}

fn part(kind: UpsideLmsContentKind, id: &str, name: &str) -> UpsideLmsContent {
    UpsideLmsContent::new(kind, id, name)
}

fn test(id: &str, name: &str, minutes: &str, cutoff: &str, attempts: &str) -> UpsideLmsContent {
    part(UpsideLmsContentKind::Assessment, id, name)
        .with("description", name)
        .with("duration", minutes)
        .with("cutoff", cutoff)
        .with("total_attempts", attempts)
        .with("navigation", "Final Test")
}

fn video(id: &str, name: &str, uploaded_on: &str) -> UpsideLmsContent {
    part(UpsideLmsContentKind::Video, id, name).with("type", "uploaded").with("uploaded_on", uploaded_on)
}
