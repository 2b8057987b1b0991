//! The mail about a file that has not come. Pure.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::model::JobName;

/// A file that has not come.
#[derive(Clone, Debug)]
pub struct Late {
    /// The job.
    pub job: JobName,
    /// The job in one sentence.
    pub description: String,
    /// The folder in which it should lie.
    pub folder: String,
    /// The names that are taken.
    pub pattern: String,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When the last one came.
    pub last_file: Option<DateTime<Utc>>,
    /// The zone in which people read the times.
    pub timezone: Tz,
}

impl Late {
    /// The subject of the mail.
    pub fn subject(&self) -> String {
        format!("[Rollbook] LATE {}: no file has come by {}", self.job, self.time(self.due))
    }

    /// The mail as plain text.
    pub fn text(&self) -> String {
        let last = match self.last_file {
            Some(last) => format!("The last file came on {}.", self.time(last)),
            None => "No file has ever come.".to_owned(),
        };
        format!(
            "LATE: {job}\n\nNo file has come for the job {job} ({description}), though one was due by {due}.\n{last}\n\n\
             Rollbook looks for files named {pattern} in\n  {folder}\n\n\
             WHAT NEEDS YOU\n\n\
             * Look whether the source system has exported, and whether the upload has worked. As soon as the\n  \
             file is there, it is taken; nothing else is to be done. Until then everything stays as it was\n  \
             after the last file.\n",
            job = self.job,
            description = self.description,
            due = self.time(self.due),
            pattern = self.pattern,
            folder = self.folder,
        )
    }

    /// The mail as HTML: the same text.
    pub fn html(&self) -> String {
        let escaped = self.text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "<!DOCTYPE html><html><body><pre style=\"font:14px/1.5 sans-serif;white-space:pre-wrap\">{escaped}</pre></body></html>"
        )
    }

    fn time(&self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.timezone).format("%Y-%m-%d %H:%M %Z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late() -> Late {
        Late {
            job: "hr-users".into(),
            description: "Nightly HR export".to_owned(),
            folder: "/srv/sftp/hr".to_owned(),
            pattern: "hr-users-*.csv".to_owned(),
            due: "2026-07-01T05:30:00Z".parse().unwrap(),
            last_file: Some("2026-06-30T01:00:00Z".parse().unwrap()),
            timezone: Tz::Europe__London,
        }
    }

    #[test]
    fn the_mail_says_what_is_late_and_where_it_is_looked_for() {
        insta::assert_snapshot!(late().subject(), @"[Rollbook] LATE hr-users: no file has come by 2026-07-01 06:30 BST");
        let text = late().text();
        for part in ["2026-06-30 02:00 BST", "hr-users-*.csv", "/srv/sftp/hr"] {
            assert!(text.contains(part), "{text}");
        }
        let hostile = Late { description: "<b>".to_owned(), ..late() };
        assert!(hostile.html().contains("&lt;b&gt;"));
    }
}
