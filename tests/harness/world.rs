//! A world of its own for each test.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rollbook::sandbox::{
    IspringOptions, Sandbox, SandboxCall, SandboxOptions, SandboxUser, SmarteruOptions, UpsideLmsOptions,
};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Account, Ended, Export, JobFile, Mail, Program};

/// How a world begins.
pub(crate) struct Setup {
    /// The jobs by name.
    pub(crate) jobs: Vec<(String, String)>,
    /// The simulated LMSs by the name of their connection.
    pub(crate) portals: Vec<(&'static str, SandboxOptions)>,
    /// Further keys of every connection.
    pub(crate) connection: String,
    /// Whether there is a connection to each other product of the first portal's sandbox.
    pub(crate) products: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self::of(&JobFile::default())
    }
}

impl Setup {
    /// The usual world with this job, which is called `people`.
    pub(crate) fn of(job: &JobFile) -> Self {
        Self {
            jobs: vec![("people".to_owned(), job.text())],
            portals: vec![("upside", SandboxOptions::default())],
            connection: String::new(),
            products: false,
        }
    }

    /// A world with a connection to every product: `upside`, `crowd`, `ispring`, `smarteru` and `media`.
    pub(crate) fn products() -> Self {
        Self { products: true, ..Self::default() }
    }

    /// Sets up the first portal.
    pub(crate) fn portal(mut self, set: impl FnOnce(&mut UpsideLmsOptions)) -> Self {
        set(&mut self.portals[0].1.upsidelms);
        self
    }

    /// With further keys of the connections.
    pub(crate) fn connection(mut self, keys: &str) -> Self {
        self.connection = keys.to_owned();
        self
    }

    /// Makes the world.
    pub(crate) fn start(self) -> World {
        World::new(self)
    }
}

/// A temporary folder with configuration, drop folder and data, and the simulated LMSs.
pub(crate) struct World {
    folder: TempDir,
    runtime: Runtime,
    sandboxes: BTreeMap<&'static str, Sandbox>,
    /// How many files were dropped.
    dropped: usize,
    /// Set where changes may be left over: faults are on, or a connection is stopped.
    pub(crate) leftovers: bool,
    /// Set in the environment of every command.
    pub(crate) environment: Vec<(&'static str, &'static str)>,
    /// All that commands have written.
    pub(crate) transcript: String,
}

impl World {
    fn new(setup: Setup) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["inbox", "jobs", "secrets"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut sandboxes = BTreeMap::new();
        let mut connections = String::new();
        for (name, options) in setup.portals {
            let (key, password) = (options.upsidelms.portal_key.clone(), options.upsidelms.password.clone());
            let started = runtime.block_on(Sandbox::start(([127, 0, 0, 1], 0).into(), options)).unwrap();
            connections += &format!(
                "[connections.{name}]\nproduct = \"upsidelms\"\nbase_url = \"{}\"\nportal_key = \"{key}\"\n\
                 password = {{ file = \"secrets/{name}\" }}\nrequests_per_second = 0\n{}\n",
                started.base_url(),
                setup.connection
            );
            private(&folder.path().join("secrets").join(name), &password);
            if setup.products && connections.matches("[connections.").count() == 1 {
                connections += &products(&started, &setup.connection, &folder.path().join("secrets"));
            }
            sandboxes.insert(name, started);
        }
        private(&folder.path().join("secrets/data-key"), &"5e".repeat(32));
        let config = format!(
            "data_dir = \"data\"\njobs_dir = \"jobs\"\ndata_key = {{ file = \"secrets/data-key\" }}\n\n\
             [mail]\nfrom = \"Rollbook <rollbook@example.org>\"\ntransport = \"directory\"\n\
             directory = \"mail\"\n\n{connections}"
        );
        fs::write(folder.path().join("rollbook.toml"), config).unwrap();
        for (name, text) in &setup.jobs {
            fs::write(folder.path().join("jobs").join(format!("{name}.toml")), text).unwrap();
        }
        Self {
            folder,
            runtime,
            sandboxes,
            dropped: 0,
            leftovers: false,
            environment: Vec::new(),
            transcript: String::new(),
        }
    }

    /// A path in this world.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Replaces the job `people`.
    pub(crate) fn set_job(&self, job: &JobFile) {
        fs::write(self.path("jobs/people.toml"), job.text()).unwrap();
    }

    /// Sets further keys of one connection.
    pub(crate) fn configure(&self, connection: &str, keys: &str) {
        let heading = format!("[connections.{connection}]\n");
        self.set_config(&heading, &format!("{heading}{keys}\n"));
    }

    /// Replaces a text in `rollbook.toml`.
    pub(crate) fn set_config(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("rollbook.toml")).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path("rollbook.toml"), text.replace(from, to)).unwrap();
    }

    /// The simulated LMS of the usual connection.
    pub(crate) fn lms(&self) -> &Sandbox {
        self.portal("upside")
    }

    /// The simulated LMS of a connection.
    pub(crate) fn portal(&self, connection: &str) -> &Sandbox {
        &self.sandboxes[connection]
    }

    /// From now on the usual LMS does this wrong; nothing where it is empty.
    pub(crate) fn break_lms(&self, faults: &str) {
        self.lms().set_faults(faults.parse().unwrap());
    }

    /// A user of the usual LMS.
    #[track_caller]
    pub(crate) fn user(&self, id: &str) -> SandboxUser {
        let found = self.lms().users().into_iter().find(|user| user.field("unique_id") == Some(id));
        found.unwrap_or_else(|| panic!("the LMS has no {id}"))
    }

    /// A field of a user of the usual LMS.
    #[track_caller]
    pub(crate) fn field(&self, id: &str, field: &str) -> String {
        self.user(id).field(field).unwrap_or_default().to_owned()
    }

    /// What the usual LMS was sent by `work`, as `key outcome`, with `+` where a password went along.
    pub(crate) fn sent(&mut self, work: impl FnOnce(&mut Self)) -> Vec<String> {
        let before = self.lms().calls().len();
        work(self);
        self.lms().calls()[before..].iter().map(call).collect()
    }

    /// Puts a file into the drop folder.
    pub(crate) fn drop_file(&mut self, name: &str, bytes: &[u8]) {
        fs::write(self.path("inbox").join(name), bytes).unwrap();
    }

    /// Drops an export as the next CSV file, and runs the job.
    #[track_caller]
    pub(crate) fn sync_export(&mut self, export: &Export) -> Account {
        self.sync_bytes(&export.csv())
    }

    /// Drops the next CSV file, and runs the job.
    #[track_caller]
    pub(crate) fn sync_bytes(&mut self, bytes: &[u8]) -> Account {
        self.dropped += 1;
        let name = format!("people-{:03}.csv", self.dropped);
        self.drop_file(&name, bytes);
        self.sync()
    }

    /// Drops a CSV file of these lines for a job whose pattern begins with its name, and runs the job.
    #[track_caller]
    pub(crate) fn sync_rows(&mut self, job: &str, lines: &[&str]) -> Account {
        self.drop_rows(job, lines);
        self.sync_job(job)
    }

    /// Drops the next CSV file of these lines for a job whose pattern begins with its name.
    pub(crate) fn drop_rows(&mut self, job: &str, lines: &[&str]) {
        self.dropped += 1;
        let name = format!("{job}-{:03}.csv", self.dropped);
        self.drop_file(&name, format!("{}\n", lines.join("\n")).as_bytes());
    }

    /// Lets a job run until `there`, which is looked at again and again, and ends it with kill -9.
    #[track_caller]
    pub(crate) fn kill_when(&mut self, job: &str, what: &str, mut there: impl FnMut(&Self) -> bool) {
        let program = self.begin(&["sync", job, "--json"]);
        crate::crash::support::until(what, || there(self).then_some(()));
        program.kill();
    }

    /// Runs the job `people` on the file that waits.
    #[track_caller]
    pub(crate) fn sync(&mut self) -> Account {
        self.sync_job("people")
    }

    /// Runs a job; the sums hold, and nothing is left over unless that was announced.
    #[track_caller]
    pub(crate) fn sync_job(&mut self, job: &str) -> Account {
        let account = Account::new(self.run(&["sync", job, "--json"]));
        if !self.leftovers {
            self.check_drained();
        }
        account
    }

    /// The same content once more sends nothing: neither the same bytes nor the same rows in another order.
    #[track_caller]
    pub(crate) fn twice(&mut self, export: &Export) {
        let calls = self.lms().calls();
        self.sync_export(export);
        let said = self.sync_export(export).said();
        let rows = self.sync_export(&export.clone().reversed());
        assert!(said.starts_with("nothing, "), "{said}");
        let all = ["duplicates", "unchanged"].map(|key| rows.count(key)).iter().sum::<u64>();
        assert_eq!((rows.status(), all), ("ok", export.rows.len() as u64), "{rows:#?}");
        assert_eq!(self.lms().calls(), calls);
    }

    /// Runs the binary with this configuration, to its end.
    pub(crate) fn run(&mut self, arguments: &[&str]) -> Ended {
        let ended = self.begin(arguments).end();
        self.transcript += &ended.stdout;
        self.transcript += &ended.stderr;
        ended
    }

    /// Starts the binary with this configuration.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Program {
        Program::start(self.folder.path(), arguments, &self.environment)
    }

    /// The mails, oldest run first.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let mut mails: Vec<Mail> = files(&self.path("mail"))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                Mail::parse(name, fs::read(path).unwrap())
            })
            .collect();
        mails.sort_by_key(|mail| {
            let parts: Vec<&str> = mail.file.split('.').collect();
            (parts[0].to_owned(), parts[1].parse::<u32>().unwrap(), parts[2].parse::<u32>().unwrap())
        });
        mails
    }

    /// The report of a run.
    #[track_caller]
    pub(crate) fn mail_of(&self, account: &Account) -> Mail {
        let prefix = format!("{}.", account.run());
        let mut found: Vec<Mail> =
            self.mails().into_iter().filter(|mail| mail.file.starts_with(&prefix)).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        found.remove(0)
    }

    /// Everything below a folder of this world.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        files(&self.path(folder))
    }

    /// Numbers from the database.
    pub(crate) fn query(&self, sql: &'static str) -> Vec<i64> {
        let options = SqliteConnectOptions::new().filename(self.path("data/rollbook.db")).read_only(true);
        self.runtime.block_on(async {
            let pool = SqlitePool::connect_with(options).await.unwrap();
            let found = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
            pool.close().await;
            found
        })
    }

    /// What waits is due then (milliseconds since 1970), whatever pause the LMS has made necessary.
    pub(crate) fn make_due(&self, at: i64) {
        self.execute("UPDATE change SET next_at = ? WHERE state = 'waiting'", at);
    }

    /// What is asked of the LMS once more is due now.
    pub(crate) fn look_now(&self) {
        self.execute("UPDATE change SET look_at = ? WHERE look_at IS NOT NULL", 0);
    }

    /// Changes the database with one number.
    pub(crate) fn execute(&self, sql: &'static str, value: i64) {
        let options = SqliteConnectOptions::new().filename(self.path("data/rollbook.db"));
        self.runtime.block_on(async {
            let pool = SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(sql).bind(value).execute(&pool).await.unwrap();
            pool.close().await;
        });
    }

    /// Nothing waits: no change, no mail, no file in work.
    #[track_caller]
    pub(crate) fn check_drained(&self) {
        let waiting = self.query("SELECT count(*) FROM change WHERE state IN ('waiting', 'claimed')");
        assert_eq!(waiting, [0], "changes are left in the outbox");
        assert_eq!(self.query("SELECT count(*) FROM mail WHERE state = 'waiting'"), [0], "mails are left");
        assert_eq!(self.query("SELECT count(*) FROM run WHERE phase <> 'done'"), [0], "runs are left");
        for folder in ["data/processing", "data/reports", "inbox/.rollbook"] {
            assert_eq!(self.files(folder), [] as [PathBuf; 0]);
        }
    }
}

/// The connections to the other products of a sandbox.
fn products(sandbox: &Sandbox, more: &str, secrets: &Path) -> String {
    for (name, secret) in [
        ("ispring", IspringOptions::default().client_secret),
        ("account", SmarteruOptions::default().account_api),
        ("user", SmarteruOptions::default().user_api),
    ] {
        private(&secrets.join(name), &secret);
    }
    let connection = |name: &str, product: &str, keys: &str| {
        format!(
            "[connections.{name}]\nproduct = \"{product}\"\nbase_url = \"{}\"\nrequests_per_second = 0\n\
             {keys}\n{more}\n\n",
            sandbox.product_url(product)
        )
    };
    [
        connection("crowd", "crowdwisdom", "system_id = \"sandbox\""),
        connection(
            "ispring",
            "ispring",
            "client_id = \"sandbox\"\nclient_secret = { file = \"secrets/ispring\" }",
        ),
        connection(
            "smarteru",
            "smarteru",
            "account_api = { file = \"secrets/account\" }\nuser_api = { file = \"secrets/user\" }",
        ),
        connection(
            "media",
            "media77",
            "lms_id = \"7\"\ndomain = \"portal.example.org\"\nenvironment = \"staging\"",
        ),
    ]
    .concat()
}

fn call(call: &SandboxCall) -> String {
    format!("{} {}{}", call.about, call.outcome, if call.password_sent { " +" } else { "" })
}

fn private(path: &Path, text: &str) {
    use std::io::Write;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// All files below a folder, in order; none where it is not there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
