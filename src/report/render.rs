//! The report as mail text, HTML and subject, from embedded templates. Pure.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

use super::view::view;
use super::{Report, wording};

/// The width of the text, in characters: what mail programs show without breaking lines anew.
const WIDTH: usize = 78;

static TEMPLATES: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(templates);

/// The subject of the mail: one line without control characters.
pub fn subject(report: &Report) -> String {
    wording::subject(report)
}

/// The report as plain text.
pub fn text(report: &Report) -> String {
    render("report.txt", report)
}

/// The report as an HTML page with inline styles and no images.
pub fn html(report: &Report) -> String {
    render("report.html", report)
}

fn templates() -> Result<Environment<'static>, Error> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.add_filter("wrap", wrap);
    env.add_template("report.txt", include_str!("templates/report.txt"))?;
    env.add_template("report.html", include_str!("templates/report.html"))?;
    Ok(env)
}

fn render(name: &str, report: &Report) -> String {
    let view: Value = view(report);
    let rendered = match TEMPLATES.as_ref() {
        Ok(env) => env.get_template(name).and_then(|template| template.render(view)),
        Err(error) => return unrendered(report, &error.to_string()),
    };
    rendered.unwrap_or_else(|error| unrendered(report, &error.to_string()))
}

/// A mail must go all the same, with what people need to find the rest. No markup: it may stand in HTML.
fn unrendered(report: &Report, error: &str) -> String {
    let plain = |text: &str| text.replace(['<', '>', '&'], " ");
    let run = plain(report.run.as_str());
    format!(
        "{}\n\nThis report could not be rendered ({}).\nSee: rollbook show {run}\n",
        plain(&wording::subject(report)),
        plain(error)
    )
}

/// Breaks text at blanks, with every line after the first indented by `indent`. A no-break space stands
/// for a blank where no line may end.
fn wrap(text: String, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split_ascii_whitespace() {
        let length = word.chars().count();
        if column > indent && column + 1 + length > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunStatus;
    use crate::report::{pullsamples, samples};

    #[test]
    fn reports_read_as_kept() {
        for (name, report) in [
            ("ok", samples::ok()),
            ("partial", samples::partial()),
            ("held", samples::held()),
            ("failed", samples::failed()),
            ("assignments", samples::assignments()),
            ("catalog", pullsamples::catalog()),
            ("first_pull", pullsamples::first()),
            ("new_baseline", pullsamples::new_baseline()),
            ("quiet_pull", pullsamples::quiet()),
            ("emptied", pullsamples::emptied()),
            ("plan", pullsamples::plan()),
            ("unanswered", pullsamples::unanswered()),
            ("nobody", pullsamples::nobody()),
        ] {
            insta::assert_snapshot!(format!("{name}.subject"), subject(&report));
            insta::assert_snapshot!(format!("{name}.txt"), text(&report));
            insta::assert_snapshot!(format!("{name}.html"), html(&report));
        }
    }

    #[test]
    fn the_templates_compile_and_name_nothing_unknown() {
        assert!(TEMPLATES.is_ok(), "{:?}", TEMPLATES.as_ref().err());
        let reports =
            [samples::ok(), samples::partial(), samples::held(), samples::failed(), samples::assignments()];
        for report in reports.into_iter().chain([pullsamples::catalog(), pullsamples::plan()]) {
            for rendered in [text(&report), html(&report)] {
                assert!(!rendered.contains("could not be rendered"), "{rendered}");
            }
        }
    }

    #[test]
    fn markup_in_values_stays_text() {
        let mut report = samples::partial();
        report.rejects[0].value = Some("<script>alert(1)</script>".to_owned());
        report.source.as_mut().unwrap().file = "<img src=x>.csv".to_owned();
        let page = html(&report);
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "the value is still shown");
    }

    #[test]
    fn a_mail_shows_fifty_rows_and_says_where_the_others_are() {
        let mut report = samples::partial();
        let line = report.rejects[0].clone();
        report.rejects = (0..200).map(|row| samples::at_row(&line, 1000 + row)).collect();
        report.rejects_total = 1_234;
        for rendered in [text(&report), html(&report)] {
            assert!(rendered.contains("1049") && !rendered.contains("1050"), "{rendered}");
            assert!(rendered.contains("and 1,184 more in rejects.csv"), "{rendered}");
        }
        report.attachments.clear();
        assert!(text(&report).contains("and 1,184 more: rollbook show 2026-11-21.4"));
    }

    #[test]
    fn only_people_are_called_people() {
        let mut report = samples::assignments();
        report.status = RunStatus::Ok;
        for rendered in [text(&report), html(&report), subject(&report)] {
            for word in ["people", "person", "anybody", "somebody", "users"] {
                assert!(!rendered.contains(word), "{word}: {rendered}");
            }
        }
    }

    #[test]
    fn what_can_not_be_taken_back_needs_a_person_once() {
        let mut report = samples::assignments();
        assert!(text(&report).contains("* 2 assignments are no longer in the file"));
        report.pushes[0].listed = (0, 7);
        report.vanished.clear();
        report.vanished_total = 0;
        let later = text(&report);
        assert!(!later.contains("* 2 assignments") && !later.contains("NO LONGER IN THE FILE"), "{later}");
        assert!(later.contains("7 known from earlier runs"), "{later}");
    }

    #[test]
    fn a_doubt_of_an_earlier_run_stands_in_every_report() {
        let mut report = samples::assignments();
        report.pushes[0].counts.in_doubt = 0;
        report.in_doubt.clear();
        report.in_doubt_total = 0;
        for rendered in [text(&report), html(&report)] {
            assert!(rendered.contains("1 change is in doubt"), "{rendered}");
            assert!(rendered.to_lowercase().contains("in doubt: the lms may have it or not"), "{rendered}");
            assert!(rendered.contains("2026-11-19.1"), "{rendered}");
        }
        report.still_open.clear();
        assert!(!text(&report).contains("IN DOUBT"));
    }

    #[test]
    fn text_keeps_to_its_width_and_its_lines() {
        let mut report = samples::partial();
        report.rejects[0].reason = "word\r\n ".repeat(100);
        let text = text(&report);
        let long: Vec<_> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert!(long.is_empty(), "{long:?}");
        assert!(!text.contains('\r'));
    }

    #[test]
    fn a_hold_that_is_over_asks_nobody_any_more() {
        let mut report = samples::held();
        assert!(text(&report).contains("WHAT NEEDS YOU"));
        report.status = RunStatus::Ok;
        report.pushes.iter_mut().for_each(|push| push.status = RunStatus::Ok);
        assert!(!text(&report).contains("WHAT NEEDS YOU"));
        assert!(text(&report).contains("The guard max_removed_percent found 40 of 300"));
    }
}
