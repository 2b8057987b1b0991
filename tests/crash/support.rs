//! What the tests of crashes and of the daemon share: a furnished folder, the real binary, and a simulated
//! LMS in this process.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rollbook::sandbox::{Faults, Sandbox, SandboxCall, SandboxOptions, SandboxUser};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks until `look` finds something, or fails the test.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look)
}

/// The same with another patience.
pub(crate) fn until_within<T>(patience: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let last = Instant::now() + patience;
    let (_nobody_sends, pause) = mpsc::channel::<()>();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < last, "waited in vain: {what}");
        let _ = pause.recv_timeout(PAUSE);
    }
}

/// Says aloud why a test did nothing.
pub(crate) fn skipped(test: &str, why: &str) {
    println!("skipped: {test}: {why}");
}

/// Whether this is root, who alone may mount and change owners.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether a program is installed.
pub(crate) fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// A number from the environment, for a longer or a shorter test.
pub(crate) fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// The binary under test: the one of this build, or the one that `ROLLBOOK_BIN` names.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("ROLLBOOK_BIN").map_or_else(|| env!("CARGO_BIN_EXE_rollbook").into(), PathBuf::from)
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A simulated LMS in this process.
pub(crate) struct Lms {
    sandbox: Sandbox,
    pub(crate) runtime: Runtime,
}

impl Drop for World {
    fn drop(&mut self) {
        // What a daemon wrote is what explains a test that has failed.
        if thread::panicking()
            && let Ok(log) = fs::read_to_string(self.path("log"))
        {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains("\"rollbook::")).collect();
            println!("the end of the daemon's log:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
        }
    }
}

impl Lms {
    pub(crate) fn start(faults: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let options = SandboxOptions { faults: faults.parse().unwrap(), ..SandboxOptions::default() };
        let sandbox = runtime.block_on(Sandbox::start(([127, 0, 0, 1], 0).into(), options)).unwrap();
        Self { sandbox, runtime }
    }

    pub(crate) fn base_url(&self) -> String {
        self.sandbox.base_url()
    }

    pub(crate) fn calls(&self) -> Vec<SandboxCall> {
        self.sandbox.calls()
    }

    pub(crate) fn users(&self) -> Vec<SandboxUser> {
        self.sandbox.users()
    }

    pub(crate) fn set_faults(&self, faults: &str) {
        self.sandbox.set_faults(faults.parse::<Faults>().unwrap());
    }
}

/// A folder with configuration, jobs, drop folders and data.
pub(crate) struct World {
    dir: TempDir,
    binary: PathBuf,
}

/// Where mail goes unless a test has a mail server.
pub(crate) const MAIL_FOLDER: &str = "transport = \"directory\"\ndirectory = \"mail\"\n";

/// The fields that [`export`] has.
pub(crate) const FIELDS: &str = "[push.fields]\nunique_id = \"id\"\nfirstname = \"first\"\nlastname = \"last\"\n\
     email = \"mail\"\nusername = \"login\"\nline_manager = \"manager\"\nstatus = { value = \"Active\" }\n\
     password = { column = \"password\", send = \"create\" }\n";

impl World {
    /// With one job `hr` that reads `inbox/hr`.
    pub(crate) fn new(base_url: &str) -> Self {
        Self::with_mail(base_url, MAIL_FOLDER)
    }

    /// The same with its own `[mail]` settings.
    pub(crate) fn with_mail(base_url: &str, mail: &str) -> Self {
        let world = Self { dir: tempfile::tempdir().unwrap(), binary: binary() };
        for folder in ["jobs", "mail", "secrets", "data"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        // Open to others, and the daemon would refuse it.
        fs::set_permissions(world.path("data"), fs::Permissions::from_mode(0o700)).unwrap();
        world.write(
            "rollbook.toml",
            format!(
                "data_dir = \"data\"\njobs_dir = \"jobs\"\ndata_key = {{ file = \"secrets/data-key\" }}\n\n\
                 [mail]\nfrom = \"Rollbook <rollbook@example.org>\"\n{mail}\n\
                 [connections.upside]\nproduct = \"upsidelms\"\nbase_url = \"{base_url}\"\n\
                 portal_key = \"sandbox\"\npassword = {{ file = \"secrets/upside-password\" }}\n\
                 requests_per_second = 0\nconcurrency = {CONCURRENCY}\n"
            ),
        );
        for (name, secret) in [("data-key", "k".repeat(44)), ("upside-password", "Upside@2016".to_owned())] {
            world.write(&format!("secrets/{name}"), secret);
            let private = fs::Permissions::from_mode(0o600);
            fs::set_permissions(world.path(&format!("secrets/{name}")), private).unwrap();
        }
        world.job("hr", 0, "on_arrival = true\n");
        world
    }

    /// Adds a job that reads `inbox/NAME`, and its drop folder.
    pub(crate) fn job(&self, name: &str, settle_s: u32, schedule: &str) {
        fs::create_dir_all(self.path(&format!("inbox/{name}"))).unwrap();
        self.write(
            &format!("jobs/{name}.toml"),
            format!(
                "description = \"A trial\"\n[source]\nfolder = \"../inbox/{name}\"\npattern = \"*.csv\"\n\
                 key = [\"id\"]\nrows = \"full\"\nsettle_s = {settle_s}\n[schedule]\n{schedule}\n\
                 [[push]]\nconnection = \"upside\"\noperation = \"manage_user\"\nfirst_load = \"create\"\n\
                 {FIELDS}[report]\nto = [\"lms-admins@example.org\"]\n"
            ),
        );
    }

    /// Uses a copy of the binary in this folder, which another user may execute.
    pub(crate) fn own_binary(&mut self) {
        let copy = self.path("rollbook");
        fs::copy(&self.binary, &copy).unwrap();
        self.binary = copy;
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Puts a file into a drop folder, as a careful client does.
    pub(crate) fn drop_file(&self, job: &str, name: &str, content: impl AsRef<[u8]>) {
        let partial = format!("inbox/{job}/.{name}.part");
        self.write(&partial, content);
        fs::rename(self.path(&partial), self.path(&format!("inbox/{job}/{name}"))).unwrap();
    }

    /// The binary, with this folder's configuration.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        self.prepare(&mut command);
        command.args(arguments);
        command
    }

    /// The same, started from another folder.
    pub(crate) fn command_elsewhere(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&[]);
        command.current_dir("/").arg("--config").arg(self.path("rollbook.toml")).args(arguments);
        command
    }

    /// The same as another user.
    pub(crate) fn command_as(&self, uid: u32, arguments: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        let uid = uid.to_string();
        command.args(["--reuid", &uid, "--regid", &uid, "--clear-groups"]).arg(&self.binary);
        self.prepare(&mut command);
        command.args(arguments);
        command
    }

    fn prepare(&self, command: &mut Command) {
        command
            .current_dir(self.dir.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .stdin(Stdio::null());
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        ended(&mut self.command(arguments))
    }

    /// What a command prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.output(arguments);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", shown(&output)))
    }

    /// A sync of `hr` that must end well; its document.
    pub(crate) fn sync(&self) -> Value {
        let output = self.output(&["sync", "hr", "--json"]);
        assert!(output.status.success(), "{}", shown(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The names of what lies in a folder; none where there is no folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The files below a folder.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }

    /// The mails in the mail folder: their Message-IDs and subjects.
    pub(crate) fn mails(&self) -> Vec<(String, String)> {
        let files = self.names("mail").into_iter().filter(|name| name.ends_with(".eml"));
        let read = |name: String| mail(&fs::read(self.path("mail").join(name)).unwrap());
        files.map(read).collect()
    }

    /// Asks a copy of the database, as it lies on disk: the database itself is left as it is.
    pub(crate) fn query<T>(&self, runtime: &Runtime, sql: &str, read: impl Fn(&SqliteRow) -> T) -> Vec<T> {
        let copy = tempfile::tempdir().unwrap();
        for end in ["", "-wal"] {
            let name = format!("rollbook.db{end}");
            match fs::copy(self.path("data").join(&name), copy.path().join(&name)) {
                Err(_) if end.is_empty() => return Vec::new(),
                _ => {}
            }
        }
        runtime.block_on(async {
            let mut connection = open(&copy.path().join("rollbook.db")).await;
            let sql = sqlx::AssertSqlSafe(sql.to_owned());
            let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap_or_default();
            connection.close().await.unwrap();
            rows.iter().map(read).collect()
        })
    }
}

/// Message-ID and subject of a mail.
pub(crate) fn mail(bytes: &[u8]) -> (String, String) {
    let mail = mail_parser::MessageParser::default().parse(bytes).unwrap();
    (mail.message_id().unwrap().to_owned(), mail.subject().unwrap().to_owned())
}

/// A connection of ours to a database.
pub(crate) async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// How many calls may be out at once.
pub(crate) const CONCURRENCY: usize = 4;

/// Both streams of a command and how it ended.
pub(crate) fn shown(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// An export of `users` people. Every tenth manages those that follow.
pub(crate) fn export(users: usize) -> String {
    let mut text = "id,first,last,mail,login,password,manager\n".to_owned();
    for number in 0..users {
        let chief = number / 10 * 10;
        let manager = if number == chief { String::new() } else { format!("p{chief}@example.org") };
        text += &format!(
            "E{number},Given{number},Family{number},p{number}@example.org,login{number},Start-{number}!x,{manager}\n"
        );
    }
    text
}

/// Lets a command end by itself, and fails the test where it does not.
pub(crate) fn ended(command: &mut Command) -> Output {
    let mut running = Running::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let streams = (running.0.stdout.take().unwrap(), running.0.stderr.take().unwrap());
    let (stdout, stderr) = (thread::spawn(|| read(streams.0)), thread::spawn(|| read(streams.1)));
    let status = until("the command ends", || running.ended());
    Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn read(mut stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// A process that does not outlive its test.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        self.0.kill().unwrap();
        self.0.wait().unwrap()
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
