//! Simulated LMSs: what `rollbook sandbox`, the demo and the tests talk to in place of a vendor's system.
//!
//! Written from the vendors' documents alone. It must share no encoding, decoding or model code with the
//! rest of the crate: a mistake made once on each side is found, a mistake shared by both is not.
//!
//! Everything lives in memory. Whoever reaches the address can read all simulated users, so it belongs on a
//! loopback address.

mod deliver;
mod dice;
mod faults;
mod inspect;
mod line;
mod upsidelms;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::faults::{FaultKind, Faults, FaultsError};
pub use self::inspect::SandboxCall;
pub use self::upsidelms::SandboxUser;

use self::dice::Dice;
use self::line::{Line, Lines};

/// How long answers under way may take once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// How the simulated UpsideLMS portal is set up.
#[derive(Clone)]
pub struct SandboxOptions {
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
    /// What goes wrong on purpose.
    pub faults: Faults,
}

/// The vendor's sample password, portal key `sandbox`, managers checked, and nothing limited, mandatory or
/// going wrong beyond what the document says of every portal.
impl Default for SandboxOptions {
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
            faults: Faults::default(),
        }
    }
}

/// A sandbox at work in this process. Dropping it stops it too, without waiting.
pub struct Sandbox {
    address: SocketAddr,
    world: Arc<World>,
    serving: JoinHandle<io::Result<()>>,
    closing: DropGuard,
}

impl Sandbox {
    /// Starts serving on `listen`; port 0 picks a free one.
    ///
    /// # Errors
    /// The address can't be listened on.
    pub async fn start(listen: SocketAddr, options: SandboxOptions) -> io::Result<Sandbox> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let closing = CancellationToken::new();
        let world = Arc::new(World::new(options, closing.clone()));
        let serving = tokio::spawn(serve(listener, Arc::clone(&world)));
        Ok(Sandbox { address, world, serving, closing: closing.drop_guard() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of the simulated UpsideLMS, without a slash at its end.
    pub fn base_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("http://{address}/upsidelms")
    }

    /// All simulated users, by unique id.
    pub fn users(&self) -> Vec<SandboxUser> {
        self.world.upsidelms.users().values().cloned().collect()
    }

    /// All calls, oldest first, those included that a fault kept from taking effect.
    pub fn calls(&self) -> Vec<SandboxCall> {
        lock(&self.world.calls).clone()
    }

    /// Replaces the faults, what is left of a script included; the random choices begin anew from the seed.
    pub fn set_faults(&self, faults: Faults) {
        self.world.set_faults(faults);
    }

    /// Stops, and waits for the answers under way; hung calls are closed without one.
    pub async fn stop(self) {
        self.closing.disarm().cancel();
        match self.serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the sandbox ended badly"),
            Err(error) => tracing::warn!(%error, "the sandbox's task ended badly"),
        }
    }
}

/// Serves on `listen` until `shutdown` is cancelled.
///
/// # Errors
/// The address can't be listened on.
pub async fn run(listen: SocketAddr, options: SandboxOptions, shutdown: CancellationToken) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "the sandbox listens");
    serve(listener, Arc::new(World::new(options, shutdown))).await
}

async fn serve(listener: TcpListener, world: Arc<World>) -> io::Result<()> {
    let closing = world.closing.clone();
    let router = Router::new()
        .nest("/upsidelms", upsidelms::router())
        .nest("/sandbox", inspect::router())
        .with_state(world)
        .into_make_service_with_connect_info::<Line>();
    let server =
        axum::serve(Lines(listener), router).with_graceful_shutdown(closing.clone().cancelled_owned());
    tokio::select! {
        ended = server => ended,
        // A client that never ends its request would hold the server up for ever.
        () = async { closing.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

/// All that the simulated systems have in common.
struct World {
    upsidelms: upsidelms::Portal,
    calls: Mutex<Vec<SandboxCall>>,
    dice: Mutex<Dice>,
    closing: CancellationToken,
}

impl World {
    fn new(mut options: SandboxOptions, closing: CancellationToken) -> Self {
        let faults = std::mem::take(&mut options.faults);
        Self {
            upsidelms: upsidelms::Portal::new(options),
            calls: Mutex::default(),
            dice: Mutex::new(Dice::new(faults)),
            closing,
        }
    }

    fn set_faults(&self, faults: Faults) {
        *lock(&self.dice) = Dice::new(faults);
    }
}

/// What one call left half-done, the next may see: a poisoned lock stops nothing here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
