//! The fields of `upsidelms.manage_user`: the vendor's section "Create/Update user in LMS Database",
//! parameter `json`, as one table.

use FieldKind::{Date, Email, Text};

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, ListOf, Operation, OperationKind, Roles};

/// The operation's name in full.
pub(in super::super) const MANAGE_USER: &str = "upsidelms.manage_user";

const DATE_FORMAT: &str = "%m/%d/%Y";
const DAY: FieldKind = Date { format: DATE_FORMAT };

/// "For adding multiple values like multiple nodes, indirect line managers, etc. parameters will be
/// comma separated."
const NODES: FieldKind = FieldKind::List { separator: ',', of: ListOf::Text };
const MANAGERS: FieldKind = FieldKind::List { separator: ',', of: ListOf::Email };

/// Whether the LMS demands a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Always,
    IfAdminSetsPassword,
    Never,
}
use Need::{Always, IfAdminSetsPassword, Never};

/// Name, label, need, kind and longest value, in the document's order. `unique_id` bears no star there,
/// but it is what the portal finds a user by, so a record without it could never be updated.
static TABLE: [(&str, &str, Need, FieldKind, Option<u32>); 31] = [
    ("unique_id", "Unique ID", Always, Text, Some(10)),
    ("firstname", "First Name", Always, Text, Some(30)),
    ("lastname", "Last Name", Never, Text, Some(30)),
    ("birth_date", "Date of Birth", Never, DAY, None),
    // The vendor's spelling, which is the one that its server reads.
    ("joining_data", "Date of Joining", Never, DAY, None),
    ("termination_date", "Date of Termination", Never, DAY, None),
    ("gender", "Gender", Never, Text, None),
    ("email", "Email", Always, Email, Some(255)),
    ("username", "Username", Always, Text, Some(50)),
    ("password", "Password", IfAdminSetsPassword, Text, None),
    ("alternate_email", "Alternate Email", Never, Email, Some(255)),
    ("phone", "Phone", Never, Text, Some(50)),
    ("mobile", "Mobile Number", Never, Text, Some(50)),
    ("local_address", "Address Location (Suburb, Locality or Town)", Never, Text, Some(450)),
    ("local_pin_no", "Local Postcode", Never, Text, Some(50)),
    ("address_line1", "Address Line 1", Never, Text, Some(450)),
    ("address_line2", "Address Line 2", Never, Text, Some(450)),
    ("city", "City", Never, Text, Some(80)),
    ("state", "State/Territory", Never, Text, Some(80)),
    ("country", "Country", Never, Text, Some(80)),
    ("pin_no", "Postcode", Never, Text, Some(50)),
    ("grade", "Grade", Never, Text, None),
    ("designation", "Designation", Never, Text, None),
    ("role", "Role", Never, Text, None),
    ("lmsrole", "LMS Role", Never, Text, None),
    ("line_manager", "Line Manager Email", Never, Email, None),
    ("indirect_line_manager", "Indirect Line Manager Email", Never, MANAGERS, None),
    ("node_id", "Node ID", Never, NODES, None),
    ("user_language", "Language Code", Never, Text, Some(10)),
    ("status", "Status", Never, Text, None),
    ("user_expiry_date", "Date Of Expiry", Never, DAY, None),
];

/// `upsidelms.manage_user` as the portal of these settings takes it.
pub(in super::super) fn manage_user(settings: &Settings) -> Operation {
    let password_required = settings.flag("admin_set_password").unwrap_or(false);
    let inactive = match settings.texts("inactive_status") {
        Some(values) => values.to_vec(),
        None => vec!["Inactive".to_owned()],
    };
    let fields = TABLE.iter().map(|(name, label, need, kind, max_chars)| Field {
        name: (*name).into(),
        label: (*label).to_owned(),
        required: *need == Always || (*need == IfAdminSetsPassword && password_required),
        kind: kind.clone(),
        max_chars: *max_chars,
        secret: *name == "password",
    });
    let summary = "creates a user, or updates the one with the same unique_id";
    Operation {
        roles: Roles {
            email: Some("email".into()),
            manager: Some("line_manager".into()),
            status: Some(("status".into(), inactive)),
            end_dates: vec![
                ("termination_date".into(), DATE_FORMAT),
                ("user_expiry_date".into(), DATE_FORMAT),
            ],
        },
        can_take_back: true,
        ..Operation::new(MANAGE_USER, OperationKind::PushUsers, summary, fields.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    /// The parameter list as the document prints it, line by line.
    const DOCUMENT: &str = "\
unique_id [Unique ID] [Max Length - 10] - String
firstname* [First Name] [Max Length - 30] - String
lastname [Last Name] [Max Length - 30] - String
birth_date [Date of Birth] - String
joining_data [Date of Joining] - String
termination_date [Date of Termination] - String
gender [Gender] - String
email* [Email] [Max Length - 255] - String
username* [Username] [Max Length - 50] - String
password* [Password] - String
alternate_email [Alternate Email] [Max Length - 255] - String
phone [Phone] [Max Length - 50] - String
mobile [Mobile Number] [Max Length - 50] - String
local_address [Address Location (Suburb, Locality or Town)] [Max Length - 450] - String
local_pin_no [Local Postcode] [Max Length - 50] - String
address_line1 [Address Line 1] [Max Length - 450] - String
address_line2 [Address Line 2] [Max Length - 450] - String
city [City] [Max Length - 80] - String
state [State/Territory] [Max Length - 80] - String
country [Country] [Max Length - 80] - String
pin_no [Postcode] [Max Length - 50] - String
grade [Grade] - String
designation [Designation] - String
role [Role] - String
lmsrole [LMS Role] - String
line_manager [Line Manager Email] - String
indirect_line_manager [Indirect Line Manager Email] - String
node_id [Node ID] - String
user_language [Language Code] [Max Length - 10] - String
status [Status] - String
user_expiry_date [Date Of Expiry] - String
";

    #[test]
    fn the_table_is_the_documents() {
        let mut settings = Settings::default();
        settings.set("admin_set_password", SettingValue::Bool(true));
        let printed: String = manage_user(&settings)
            .fields
            .iter()
            .map(|field| {
                // The one mark that is ours: the document has no star at its own identifier.
                let star = if field.required && field.name.as_str() != "unique_id" { "*" } else { "" };
                let max = field.max_chars.map(|max| format!(" [Max Length - {max}]")).unwrap_or_default();
                format!("{}{star} [{}]{max} - String\n", field.name, field.label)
            })
            .collect();
        assert_eq!(printed, DOCUMENT);
    }

    #[test]
    fn the_password_is_demanded_only_where_the_admin_sets_it() {
        let operation = manage_user(&Settings::default());
        let password = operation.field("password").unwrap();
        assert!(password.secret && !password.required);
        let secret: Vec<_> = operation.fields.iter().filter(|field| field.secret).collect();
        assert_eq!(secret, [password]);
        assert!(operation.field("unique_id").unwrap().required);
    }

    #[test]
    fn the_dates_and_roles_have_the_vendors_format() {
        let mut settings = Settings::default();
        let texts = SettingValue::Texts(vec!["Disabled".to_owned(), "Left".to_owned()]);
        settings.set("inactive_status", texts);
        let operation = manage_user(&settings);
        let dates = operation.fields.iter().filter(|field| field.kind == Date { format: "%m/%d/%Y" });
        assert_eq!(
            dates.map(|field| field.name.as_str()).collect::<Vec<_>>(),
            ["birth_date", "joining_data", "termination_date", "user_expiry_date"],
        );
        let (status, inactive) = operation.roles.status.unwrap();
        assert_eq!((status.as_str(), inactive), ("status", vec!["Disabled".to_owned(), "Left".to_owned()]));
        assert_eq!(manage_user(&Settings::default()).roles.status.unwrap().1, ["Inactive"]);
    }
}
