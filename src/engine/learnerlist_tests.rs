use super::*;

const IDENTIFIERS: Identifiers = &[("Uniqueid", "unique_id"), ("Email", "email")];

/// The questions of a file as `learner` or `scope: reason`.
#[track_caller]
fn check(content: &[u8], expected: Result<&[&str], &str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("learners.csv");
    std::fs::write(&path, content).unwrap();
    let found = read_list(&path, IDENTIFIERS).map(|steps| {
        let line = |step: NewStep| match step.unusable {
            Some((_, reason)) => format!("{}: {reason}", step.scope),
            None => step.learner.unwrap().to_string(),
        };
        steps.into_iter().map(line).collect::<Vec<_>>()
    });
    let found = found.map_err(|reason| reason.replace(&*path.to_string_lossy(), "FILE"));
    assert_eq!(
        found,
        expected.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect()).map_err(str::to_owned)
    );
}

#[test]
fn a_list_of_learners_is_read_by_the_names_of_its_columns() {
    check(b"Uniqueid\n101\n102\n", Ok(&["Uniqueid=101", "Uniqueid=102"]));
    // Identifiers in the order of the operation, whatever the order of the columns.
    check(
        b"\xef\xbb\xbfname;EMAIL;uniqueid\r\nAnn;a@b.org;101\r\n;;\r\nBob;;102\r\n",
        Ok(&["Uniqueid=101~Email=a@b.org", "Uniqueid=102"]),
    );
    check("Email\tnote\njörg@b.org\tx\n".as_bytes(), Ok(&["Email=j\u{f6}rg@b.org"]));
    let wide: Vec<u8> = "\u{feff}Uniqueid\n101\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, Ok(&["Uniqueid=101"]));
    check(b"Uniqueid,note\n101,\"two\nlines\"\n102,x", Ok(&["Uniqueid=101", "Uniqueid=102"]));
}

#[test]
fn another_column_makes_nobody_new() {
    let step = named(Learner {
        names: [("Uniqueid", "101"), ("Email", "a@b.org")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
    });
    assert_eq!(step.scope, "Uniqueid=101");
    assert_eq!(step.learner.unwrap().names.len(), 2);
    let names = ["Uniqueid=101~Email=a@b.org", "101", "a@b.org", "Uniqueid=101", "Email=a@b.org"];
    assert_eq!(step.names, names);
}

#[test]
fn rows_that_name_nobody_are_said_with_their_number() {
    check(
        b"name,Uniqueid\nAnn,101\nBob,\nCy,103,x\n",
        Ok(&[
            "Uniqueid=101",
            "row 3: row 3 of learners.csv names nobody: Uniqueid is empty",
            "row 4: row 4 of learners.csv has more cells than the header",
        ]),
    );
    check(
        b"name,Uniqueid,Email\nAnn,,\n",
        Ok(&["row 2: row 2 of learners.csv names nobody: Uniqueid and Email are empty"]),
    );
}

#[test]
fn a_list_that_names_nobody_at_all_is_no_list() {
    check(
        b"id,mail\n101,a@b.org\n",
        Err("the list of learners FILE has no heading that names learners; found: `id`, `mail`; allowed: \
             Uniqueid, Email; did you mean `Email` by `mail`?"),
    );
    check(
        b"name,Unique_id\nAnn,101\n",
        Err(
            "the list of learners FILE has no heading that names learners; found: `name`, `Unique_id`; allowed: \
             Uniqueid, Email; did you mean `Uniqueid` by `Unique_id`?",
        ),
    );
    // Without headings the first row is a person, who is not named.
    check(
        b"101,a@b.org\n",
        Err(
            "the list of learners FILE has no heading that names learners; found: nothing like one; allowed: \
             Uniqueid, Email",
        ),
    );
    let empty = "the list of learners FILE is empty: its first row names the columns, Uniqueid, Email";
    check(b"", Err(empty));
    check(b" \r\n\r\n", Err(empty));
    check(b"Uniqueid\n", Ok(&[]));
    check(
        b"Email\tnote\nj\xf6rg@b.org\tx\n",
        Err(
            "the list of learners FILE is not UTF-8: save it as \"CSV UTF-8\", or letters of names would be others",
        ),
    );
}

#[test]
fn a_broken_list_leaves_nobody_out() {
    let open = "the list of learners FILE has a quotation mark in the row that begins at line 3 that is never closed, \
                so the rows behind it can't be told apart: it is broken or cut off";
    check(b"Uniqueid,name\n101,Ann\n102,\"Bob\n103,Cy\n", Err(open));
    check(b"Uniqueid,name\n101,Ann\n102,\"", Err(open));
    let over = "the list of learners FILE has a cell that goes over several lines in the row that begins at line 2: a \
                quotation mark is missing or too many, and learners would be left out";
    check(b"Uniqueid,name\n\"101\n102\",Bob\n103,Cy\n", Err(over));
    check(b"Uniqueid,name\n101,\"Ann\n102,\"Bob\"\n103,Cy\n", Err(over));
}
