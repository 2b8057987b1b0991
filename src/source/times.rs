//! How dates and times of one field are read from cells, and how they are sent.

use chrono::{NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use crate::model::{FieldKind, FieldMapping};

use super::date::DateFormat;
use super::moment::MomentFormat;

/// What a field has to do with dates and times.
pub(super) enum Times {
    /// It is a date.
    Dates {
        /// How it stands in the cell.
        read: DateFormat,
        /// How it is sent.
        write: DateFormat,
    },
    /// It is a point in time.
    Moments(MomentFormat),
    /// It is a date, and a point in time stands in the cell.
    Days {
        /// How that stands there.
        read: MomentFormat,
        /// Whose day it is.
        zone: Tz,
        /// How the day is sent.
        write: DateFormat,
    },
    /// Nothing.
    None,
}

impl Times {
    /// What the job says about a field; beside a value table nothing of it counts.
    pub(super) fn new(mapping: &FieldMapping, by_table: bool) -> Self {
        let given = mapping.date.as_deref().filter(|_| !by_table);
        let zone = mapping.day_in.filter(|_| !by_table);
        match (&mapping.field.kind, zone) {
            (FieldKind::Date { format }, Some(zone)) => {
                Self::Days { read: MomentFormat::new(given), zone, write: DateFormat::new(format) }
            }
            (FieldKind::Date { format }, None) => {
                Self::Dates { read: DateFormat::new(given.unwrap_or(format)), write: DateFormat::new(format) }
            }
            (FieldKind::DateTime, _) => Self::Moments(MomentFormat::new(given)),
            _ => Self::None,
        }
    }

    /// A date or time of a workbook as text that reads as this one; `None` where the field is none.
    pub(super) fn text(&self, moment: NaiveDateTime) -> Option<String> {
        match self {
            Self::Dates { read, .. } if moment.time() == NaiveTime::MIN => read.write(moment.date()),
            Self::Moments(read) | Self::Days { read, .. } => read.write(moment),
            Self::Dates { .. } | Self::None => None,
        }
    }
}
