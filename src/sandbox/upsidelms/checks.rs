//! What the portal finds wrong with a user that it was sent: everything, in the document's order. Pure.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::UpsideLmsOptions;
use super::complaints::Complaint;
use super::fields::{FIELDS, Field, Kind};
use super::users::{Users, is_inactive};

/// All complaints about the user `sent`; none if the user can be created or updated.
pub(super) fn complaints(
    sent: &Map<String, Value>,
    options: &UpsideLmsOptions,
    users: &Users,
) -> Vec<Complaint> {
    let unique_id = sent.get("unique_id").and_then(Value::as_str).unwrap_or_default();
    let check = Check { unique_id, update: users.get(unique_id).is_some(), options, users };
    let mut complaints = Vec::new();
    for field in &FIELDS {
        check.field(field, sent.get(field.keyword), &mut complaints);
    }
    let unknown = sent.keys().filter(|keyword| FIELDS.iter().all(|field| field.keyword != *keyword));
    complaints.extend(unknown.map(|keyword| Complaint::invalid(keyword)));
    if check.lacks_licence(sent.get("status").and_then(Value::as_str)) {
        complaints.push(Complaint::no_licences());
    }
    complaints
}

struct Check<'a> {
    unique_id: &'a str,
    update: bool,
    options: &'a UpsideLmsOptions,
    users: &'a Users,
}

impl Check<'_> {
    fn field(&self, field: &Field, sent: Option<&Value>, complaints: &mut Vec<Complaint>) {
        let value = match sent {
            None => "",
            Some(Value::String(text)) => text.as_str(),
            Some(_) => return complaints.push(Complaint::invalid(field.label)),
        };
        if value.trim().is_empty() {
            if self.demands(field.kind) {
                complaints.push(Complaint::mandatory(field.label));
            }
            return;
        }
        if field.max_chars.is_some_and(|max| value.chars().count() > max) {
            complaints.push(Complaint::invalid(field.label));
        }
        complaints.extend(self.value(field, value));
    }

    fn demands(&self, kind: Kind) -> bool {
        match kind {
            Kind::MandatoryText | Kind::Email | Kind::Username => true,
            Kind::Password if self.update => self.options.password_on_update,
            Kind::Password => self.options.admin_set_password,
            Kind::Text | Kind::Date | Kind::Role | Kind::Managers | Kind::Nodes => false,
        }
    }

    fn value(&self, field: &Field, value: &str) -> Option<Complaint> {
        let known = |list: &Option<Vec<String>>, name: &str| {
            list.as_ref().is_none_or(|list| list.iter().any(|known| known == name))
        };
        let others = |holder: Option<&str>| holder.is_some_and(|id| id != self.unique_id);
        match field.kind {
            Kind::Text | Kind::MandatoryText | Kind::Password => None,
            Kind::Date => (!is_date(value)).then(|| Complaint::date(field.label)),
            Kind::Email => others(self.users.id_by_email(value)).then(|| Complaint::duplicate(field.label)),
            Kind::Username => {
                others(self.users.id_by_username(value)).then(|| Complaint::duplicate(field.label))
            }
            Kind::Role => (!known(&self.options.roles, value)).then(Complaint::unknown_role),
            Kind::Nodes => (!parts(value).all(|node| known(&self.options.nodes, node)))
                .then(|| Complaint::no_record(field.label)),
            Kind::Managers => (self.options.check_managers
                && !parts(value).all(|email| self.users.id_by_email(email).is_some()))
            .then(|| Complaint::no_record(field.label)),
        }
    }

    /// Whether the call would take a licence into use and none is left.
    fn lacks_licence(&self, status: Option<&str>) -> bool {
        let Some(licences) = self.options.licences else { return false };
        let held = self.users.get(self.unique_id).is_some_and(|user| !user.is_inactive());
        let wanted = match status {
            Some(status) => !is_inactive(status),
            // An update that says nothing of it leaves it.
            None => !self.update || held,
        };
        wanted && !held && self.users.licences_used() >= licences
    }
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// MM/DD/YYYY with all its zeros, and a day of the calendar.
fn is_date(value: &str) -> bool {
    let shape = value.len() == 10
        && value.bytes().enumerate().all(|(index, byte)| match index {
            2 | 5 => byte == b'/',
            _ => byte.is_ascii_digit(),
        });
    shape && NaiveDate::parse_from_str(value, "%m/%d/%Y").is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(json: Value) -> Map<String, Value> {
        json.as_object().expect("an object").clone()
    }

    /// A user who passes, with `more` on top.
    fn user(unique_id: &str, more: Value) -> Map<String, Value> {
        let mut user = object(json!({
            "unique_id": unique_id,
            "firstname": "Ana",
            "email": format!("{unique_id}@example.org"),
            "username": unique_id,
        }));
        user.extend(object(more));
        user
    }

    /// A portal that holds E1 (active) and E2 (inactive).
    fn users() -> Users {
        let mut users = Users::default();
        users.upsert(&user("E1", json!({})));
        users.upsert(&user("E2", json!({"status": "Inactive"})));
        users
    }

    fn check(sent: &Map<String, Value>, options: &UpsideLmsOptions, expected: &[(&str, &str)]) {
        let found = complaints(sent, options, &users());
        let found: Vec<_> = found.iter().map(|complaint| (complaint.code, complaint.text.as_str())).collect();
        assert_eq!(found, expected, "{sent:?}");
    }

    fn check_plain(more: Value, expected: &[(&str, &str)]) {
        check(&user("E9", more), &UpsideLmsOptions::default(), expected);
    }

    #[test]
    fn good_users_pass() {
        check_plain(json!({}), &[]);
        check_plain(
            json!({"lastname": "", "birth_date": "02/29/2000", "line_manager": "e1@EXAMPLE.org",
                   "indirect_line_manager": "E1@example.org, E2@example.org", "node_id": "1,2", "lmsrole": "any"}),
            &[],
        );
        check(&user("E1", json!({"email": "e1@example.org"})), &UpsideLmsOptions::default(), &[]);
    }

    #[test]
    fn mandatory_fields() {
        check(
            &object(json!({"firstname": "  "})),
            &UpsideLmsOptions::default(),
            &[
                ("Err002", "Mandatory Field. (Unique ID)"),
                ("Err002", "Mandatory Field. (First Name)"),
                ("Err002", "Mandatory Field. (Email)"),
                ("Err002", "Mandatory Field. (Username)"),
            ],
        );
    }

    #[test]
    fn password_as_the_portal_is_set_up() {
        let demanded = [("Err002", "Mandatory Field. (Password)")];
        let create = UpsideLmsOptions { admin_set_password: true, ..UpsideLmsOptions::default() };
        check(&user("E9", json!({})), &create, &demanded);
        check(&user("E9", json!({"password": ""})), &create, &demanded);
        check(&user("E9", json!({"password": "x"})), &create, &[]);
        check(&user("E1", json!({})), &create, &[]);
        let update = UpsideLmsOptions { password_on_update: true, ..create };
        check(&user("E1", json!({})), &update, &demanded);
        check(&user("E1", json!({"password": "x"})), &update, &[]);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        check_plain(json!({"lastname": "ñ".repeat(30)}), &[]);
        check_plain(
            json!({"lastname": "n".repeat(31), "city": "c".repeat(81)}),
            &[
                ("Err001", "Invalid value received against parameter. (Last Name)"),
                ("Err001", "Invalid value received against parameter. (City)"),
            ],
        );
        check(
            &user("E1234567890", json!({})),
            &UpsideLmsOptions::default(),
            &[("Err001", "Invalid value received against parameter. (Unique ID)")],
        );
    }

    #[test]
    fn limits_are_the_documents() {
        let limits: Vec<_> =
            FIELDS.iter().filter_map(|field| Some((field.keyword, field.max_chars?))).collect();
        assert_eq!(
            limits,
            [
                ("unique_id", 10),
                ("firstname", 30),
                ("lastname", 30),
                ("email", 255),
                ("username", 50),
                ("alternate_email", 255),
                ("phone", 50),
                ("mobile", 50),
                ("local_address", 450),
                ("local_pin_no", 50),
                ("address_line1", 450),
                ("address_line2", 450),
                ("city", 80),
                ("state", 80),
                ("country", 80),
                ("pin_no", 50),
                ("user_language", 10),
            ]
        );
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["12/31/1999", "02/29/2024", ""] {
            check_plain(json!({"birth_date": good}), &[]);
        }
        for bad in
            ["31/12/1999", "02/29/2023", "1/2/1999", "1999-12-31", "12/31/99", "12-31-1999", "٠1/01/199"]
        {
            check_plain(json!({"birth_date": bad}), &[("Err004", "Invalid  Date format. (Date of Birth)")]);
        }
        check_plain(
            json!({"joining_data": "x", "termination_date": "x", "user_expiry_date": "x"}),
            &[
                ("Err004", "Invalid  Date format. (Date of Joining)"),
                ("Err004", "Invalid  Date format. (Date of Termination)"),
                ("Err004", "Invalid  Date format. (Date Of Expiry)"),
            ],
        );
    }

    #[test]
    fn duplicates() {
        check_plain(
            json!({"email": "e1@Example.org", "username": "E2"}),
            &[("Err005", "Duplicate record. (Email)"), ("Err005", "Duplicate record. (Username)")],
        );
    }

    #[test]
    fn records_that_must_exist() {
        check_plain(
            json!({"line_manager": "nobody@example.org", "indirect_line_manager": "E1@example.org,nobody@example.org"}),
            &[
                ("Err003", "Record does not exist in system. (Line Manager Email)"),
                ("Err003", "Record does not exist in system. (Indirect Line Manager Email)"),
            ],
        );
        let options = UpsideLmsOptions {
            check_managers: false,
            nodes: Some(vec!["N1".to_owned(), "N2".to_owned()]),
            roles: Some(vec!["Learner".to_owned()]),
            ..UpsideLmsOptions::default()
        };
        check(&user("E9", json!({"line_manager": "nobody@example.org"})), &options, &[]);
        check(&user("E9", json!({"node_id": "N1, N2", "lmsrole": "Learner"})), &options, &[]);
        check(
            &user("E9", json!({"node_id": "N1,N3", "lmsrole": "Wizard"})),
            &options,
            &[
                ("Err001", "Record does not exists in system. (LMS Role)"),
                ("Err003", "Record does not exist in system. (Node ID)"),
            ],
        );
    }

    #[test]
    fn unknown_keywords_and_values_that_are_no_text() {
        check_plain(
            json!({"joining_date": "01/01/2020", "grade": 5, "city": null}),
            &[
                ("Err001", "Invalid value received against parameter. (City)"),
                ("Err001", "Invalid value received against parameter. (Grade)"),
                ("Err001", "Invalid value received against parameter. (joining_date)"),
            ],
        );
    }

    #[test]
    fn licences() {
        let none_left = [("Err006", "No Licenses Found.")];
        let options = |licences| UpsideLmsOptions { licences: Some(licences), ..UpsideLmsOptions::default() };
        check(&user("E9", json!({})), &options(2), &[]);
        check(&user("E9", json!({})), &options(1), &none_left);
        check(&user("E9", json!({"status": "Inactive"})), &options(1), &[]);
        // Who has one keeps it; who was inactive needs a new one.
        check(&user("E1", json!({"status": "Active"})), &options(1), &[]);
        check(&user("E2", json!({})), &options(1), &[]);
        check(&user("E2", json!({"status": "Active"})), &options(1), &none_left);
    }
}
