//! How the simulated UpsideLMS portal is set up.

/// How the simulated UpsideLMS portal is set up.
#[derive(Clone)]
pub struct UpsideLmsOptions {
    /// The portal key that calls must bear.
    pub portal_key: String,
    /// What the cipher's key and initialisation vector are made of; the vendor calls it the public key.
    pub password: String,
    /// "Admin Set Password" is ON: a password is mandatory when a user is created.
    pub admin_set_password: bool,
    /// A password is mandatory with updates too.
    pub password_on_update: bool,
    /// Answers are plain JSON even if the portal key is valid.
    pub plain_answers: bool,
    /// How many users may be other than Inactive at a time; `None` is no limit.
    pub licences: Option<u64>,
    /// The node ids that exist; `None`: any.
    pub nodes: Option<Vec<String>>,
    /// The LMS roles that exist; `None`: any.
    pub roles: Option<Vec<String>>,
    /// Line managers, direct and indirect, must be e-mails of users that exist.
    pub check_managers: bool,
}

/// The vendor's sample password, portal key `sandbox`, managers checked, and nothing limited or mandatory
/// beyond what the document says of every portal.
impl Default for UpsideLmsOptions {
    fn default() -> Self {
        Self {
            portal_key: "sandbox".to_owned(),
            password: "Upside@2016".to_owned(),
            admin_set_password: false,
            password_on_update: false,
            plain_answers: false,
            licences: None,
            nodes: None,
            roles: None,
            check_managers: true,
        }
    }
}
