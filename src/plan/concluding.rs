//! What the end of a question says of what was not in its answer (semantics 27).

/// What is known at the end of a question.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Whether nothing was known of it under the same parameters.
    pub baseline: bool,
    /// Whether it asked for a span of time.
    pub windowed: bool,
    /// How many items its answers held.
    pub items: u64,
    /// How many items were there before, and still count as present.
    pub present: u64,
    /// How many main items the LMS says there are, and how many different ones came.
    pub total: Option<(u64, u64)>,
}

/// What becomes of items that were there before and were not in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// They are gone.
    Retired,
    /// They are not asked for any more: the parameters are others.
    Outside,
    /// They stay as they are.
    Left,
}

/// The end of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What becomes of what was not in the answer.
    pub absent: Absent,
    /// What is odd about the answer, with its code; then the question counts as not answered in whole.
    pub doubt: Option<(&'static str, String)>,
}

/// Judges the end of a question.
pub fn conclude_question(asked: &Asked) -> Conclusion {
    let doubt = if let Some((said, came)) = asked.total.filter(|(said, came)| came < said) {
        Some((
            "total",
            format!("the LMS says that there are {said} items, and {came} came: the next run asks again"),
        ))
    } else if asked.items == 0 && asked.present > 0 && !asked.baseline && !asked.windowed {
        Some((
            "emptied",
            format!(
                "the answer holds nothing, and {} items were there before: none of them is taken for gone; look in the \
                 LMS whether that is right",
                asked.present
            ),
        ))
    } else {
        None
    };
    let absent = match &doubt {
        Some(_) => Absent::Left,
        None if asked.baseline => Absent::Outside,
        None if asked.windowed => Absent::Left,
        None => Absent::Retired,
    };
    Conclusion { absent, doubt }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Asked = Asked { baseline: false, windowed: false, items: 3, present: 4, total: None };

    #[track_caller]
    fn check(asked: Asked, absent: Absent, doubt: Option<&str>) {
        let found = conclude_question(&asked);
        assert_eq!((found.absent, found.doubt.map(|(code, _)| code)), (absent, doubt), "{asked:?}");
    }

    #[test]
    fn only_a_whole_answer_that_is_not_empty_retires() {
        check(USUAL, Absent::Retired, None);
        check(Asked { items: 0, ..USUAL }, Absent::Left, Some("emptied"));
        // Nothing then and nothing now.
        check(Asked { items: 0, present: 0, ..USUAL }, Absent::Retired, None);
        check(Asked { total: Some((3, 3)), ..USUAL }, Absent::Retired, None);
        check(Asked { total: Some((3, 2)), ..USUAL }, Absent::Left, Some("total"));
        check(Asked { total: Some((3, 4)), ..USUAL }, Absent::Retired, None);
    }

    #[test]
    fn other_parameters_and_spans_of_time_retire_nothing() {
        check(Asked { baseline: true, ..USUAL }, Absent::Outside, None);
        check(Asked { baseline: true, items: 0, ..USUAL }, Absent::Outside, None);
        check(Asked { windowed: true, ..USUAL }, Absent::Left, None);
        check(Asked { windowed: true, items: 0, ..USUAL }, Absent::Left, None);
        check(Asked { windowed: true, baseline: true, ..USUAL }, Absent::Outside, None);
        check(Asked { windowed: true, total: Some((9, 8)), ..USUAL }, Absent::Left, Some("total"));
    }
}
