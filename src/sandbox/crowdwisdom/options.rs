//! How the simulated CrowdWisdom portal is set up.

/// How the simulated CrowdWisdom portal is set up.
#[derive(Debug, Clone)]
pub struct CrowdWisdomOptions {
    /// The system id that calls must bear.
    pub system_id: String,
    /// The method that opens a session; the document says `diConnect` and, once, `ymConnect`.
    pub session_method: String,
    /// The parameters that the session method demands, with the values that it takes; further ones are
    /// ignored. The document names none.
    pub session_parameters: Vec<(String, String)>,
    /// The element of the session method's answer that holds the token. The document names none.
    pub session_result: String,
    /// How many calls a token is good for; `None`: any number.
    pub session_calls: Option<u32>,
    /// Whether `?wsdl` answers; else it is 404.
    pub wsdl: bool,
    /// Whether there is `setCompletions`.
    pub batches: bool,
    /// The element that the records of `setCompletions` stand in; `None`: they stand side by side, as lists
    /// do in this kind of service. The document shows neither.
    pub batch_wrapper: Option<String>,
    /// Whether `setCompletions` takes each record by itself, and answers what became of it; else what is wrong
    /// with one is said of the call, and those behind it are not reached.
    pub batch_results: bool,
    /// The products that exist; `None`: any.
    pub products: Option<Vec<String>>,
    /// Products whose catalog is not accessible.
    pub closed_products: Vec<String>,
    /// Customers of whom the portal says that a parameter is missing, whatever was sent.
    pub wanting_customers: Vec<String>,
    /// Whether the catalog as a whole is accessible.
    pub catalog_accessible: bool,
    /// How errors are answered.
    pub errors: CrowdWisdomErrors,
}

/// How errors are answered: the document has their codes, and no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrowdWisdomErrors {
    /// A fault of the server, its `detail` with `code` and `description`.
    Detail,
    /// A fault, its `faultcode` the code.
    FaultCode,
    /// An answer with `code` and `description`; a success then has the code 0.
    Result,
}

/// System id `sandbox`, which is all that `diConnect` demands; tokens that stay good, every product, a WSDL,
/// and errors as faults with a detail.
impl Default for CrowdWisdomOptions {
    fn default() -> Self {
        Self {
            system_id: "sandbox".to_owned(),
            session_method: "diConnect".to_owned(),
            session_parameters: vec![("systemId".to_owned(), "sandbox".to_owned())],
            session_result: "sessionToken".to_owned(),
            session_calls: None,
            wsdl: true,
            batches: true,
            batch_wrapper: None,
            batch_results: false,
            products: None,
            closed_products: Vec::new(),
            wanting_customers: Vec::new(),
            catalog_accessible: true,
            errors: CrowdWisdomErrors::Detail,
        }
    }
}
