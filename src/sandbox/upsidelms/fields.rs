//! The 31 parameters of a user, as the document lists them under "User Details".

/// One parameter.
pub(super) struct Field {
    /// Its keyword in the JSON.
    pub(super) keyword: &'static str,
    /// The document's name for it, which error messages use.
    pub(super) label: &'static str,
    /// How many characters it may have.
    pub(super) max_chars: Option<usize>,
    /// What its value must be.
    pub(super) kind: Kind,
}

/// What a parameter's value must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// Any text, and always there.
    MandatoryText,
    /// Always there; one user's only.
    Email,
    /// Always there; one user's only.
    Username,
    /// There if the portal is set up so.
    Password,
    /// MM/DD/YYYY.
    Date,
    /// A role that the portal knows.
    Role,
    /// E-mails of users, comma-separated.
    Managers,
    /// Nodes that the portal knows, comma-separated.
    Nodes,
}

const fn field(keyword: &'static str, label: &'static str, kind: Kind) -> Field {
    Field { keyword, label, max_chars: None, kind }
}

const fn limited(keyword: &'static str, label: &'static str, max_chars: usize, kind: Kind) -> Field {
    Field { keyword, label, max_chars: Some(max_chars), kind }
}

/// In the document's order, which is the order of complaints.
pub(super) const FIELDS: [Field; 31] = [
    limited("unique_id", "Unique ID", 10, Kind::MandatoryText),
    limited("firstname", "First Name", 30, Kind::MandatoryText),
    limited("lastname", "Last Name", 30, Kind::Text),
    field("birth_date", "Date of Birth", Kind::Date),
    field("joining_data", "Date of Joining", Kind::Date),
    field("termination_date", "Date of Termination", Kind::Date),
    field("gender", "Gender", Kind::Text),
    limited("email", "Email", 255, Kind::Email),
    limited("username", "Username", 50, Kind::Username),
    field("password", "Password", Kind::Password),
    limited("alternate_email", "Alternate Email", 255, Kind::Text),
    limited("phone", "Phone", 50, Kind::Text),
    limited("mobile", "Mobile Number", 50, Kind::Text),
    limited("local_address", "Address Location (Suburb, Locality or Town)", 450, Kind::Text),
    limited("local_pin_no", "Local Postcode", 50, Kind::Text),
    limited("address_line1", "Address Line 1", 450, Kind::Text),
    limited("address_line2", "Address Line 2", 450, Kind::Text),
    limited("city", "City", 80, Kind::Text),
    limited("state", "State/Territory", 80, Kind::Text),
    limited("country", "Country", 80, Kind::Text),
    limited("pin_no", "Postcode", 50, Kind::Text),
    field("grade", "Grade", Kind::Text),
    field("designation", "Designation", Kind::Text),
    field("role", "Role", Kind::Text),
    field("lmsrole", "LMS Role", Kind::Role),
    field("line_manager", "Line Manager Email", Kind::Managers),
    field("indirect_line_manager", "Indirect Line Manager Email", Kind::Managers),
    field("node_id", "Node ID", Kind::Nodes),
    limited("user_language", "Language Code", 10, Kind::Text),
    field("status", "Status", Kind::Text),
    field("user_expiry_date", "Date Of Expiry", Kind::Date),
];
