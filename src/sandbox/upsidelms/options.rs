//! How the simulated UpsideLMS portal is set up.

use super::curricula::UpsideLmsCurriculum;
use super::learners::UpsideLmsLearner;
use super::wire::Cipher;

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
    /// The curricula that exist; none listed: any, and the catalog shows the
    /// [built-in](UpsideLmsCurriculum::built_in) ones.
    pub curricula: Vec<UpsideLmsCurriculum>,
    /// Learners whom assignments, plans and redirections know beside the simulated users.
    pub learners: Vec<UpsideLmsLearner>,
    /// What is assigned already is Err009 and what is expired Err010, as in the document's sample; else the
    /// other way round, as in its table.
    pub already_is_err009: bool,
    /// What is assigned already is assigned and mailed again, so that it shows; else it is refused.
    pub assigns_again: bool,
    /// How the details of an assignment must come.
    pub assign_json: UpsideLmsAssignJson,
    /// Ids of curricula are numbers: who sends `031` is assigned, and answered, `31`.
    pub ids_are_numbers: bool,
    /// What is odd about learning plans.
    pub plans: UpsideLmsPlans,
    /// What is odd about the catalog.
    pub catalog: UpsideLmsCatalog,
    /// Catalogs and learning plans end in the middle of their text, though not of their HTTP answer.
    pub cut_pulls: bool,
}

/// What is odd about the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsCatalog {
    /// There is nothing in it, whatever exists.
    pub empty: bool,
    /// So many curricula are in it beside the others and behind them, whatever the order: `M000001` and so on,
    /// each made up when it is sent and forgotten then.
    pub made_up: u32,
    /// How many contents each of those has, at most 99.
    pub contents: u32,
}

/// What is odd about learning plans.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsPlans {
    /// Learners are known by this identifier alone; a question without it finds no data.
    pub known_by: Option<UpsideLmsIdentifier>,
    /// Answers come without the token of the question, those of the catalog too.
    pub without_token: bool,
    /// Curricula that no plan shows, assigned or not.
    pub hidden: Vec<String>,
    /// How many questions find nothing yet, whatever is assigned.
    pub late: u32,
}

/// What a learner may be known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsideLmsIdentifier {
    /// `Uniqueid`.
    UniqueId,
    /// `Login`.
    Username,
    /// `Email`.
    Email,
}

/// How the details of an assignment must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpsideLmsAssignJson {
    /// Plain or encrypted.
    #[default]
    Either,
    /// Encrypted.
    Encrypted,
    /// Plain.
    Plain,
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
            curricula: Vec::new(),
            learners: Vec::new(),
            already_is_err009: false,
            assigns_again: false,
            assign_json: UpsideLmsAssignJson::Either,
            ids_are_numbers: false,
            plans: UpsideLmsPlans::default(),
            catalog: UpsideLmsCatalog::default(),
            cut_pulls: false,
        }
    }
}

impl UpsideLmsOptions {
    /// The cipher of this portal.
    pub(super) fn cipher(&self) -> Cipher {
        Cipher::new(&self.password)
    }
}
