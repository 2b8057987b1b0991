//! Simulated LMSs: what `rollbook sandbox`, the demo and the tests talk to in place of a vendor's system.
//!
//! Written from the vendors' documents alone. It must share no encoding, decoding or model code with the
//! rest of the crate: a mistake made once on each side is found, a mistake shared by both is not.
//!
//! Everything lives in memory. Whoever reaches the address can read all simulated users, so it belongs on a
//! loopback address.

mod crowdwisdom;
mod ispring;
mod media77;
mod smarteru;
mod upsidelms;

mod deliver;
mod dice;
mod effects;
mod faults;
mod inspect;
mod line;
mod soap;
mod xml;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use chrono::NaiveDate;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::crowdwisdom::{CrowdWisdomErrors, CrowdWisdomOptions};
pub use self::deliver::SandboxCall;
pub use self::effects::{SandboxEffect, SandboxEffects, SandboxTask};
pub use self::faults::{FaultKind, Faults, FaultsError};
pub use self::ispring::{IspringOptions, IspringStates};
pub use self::media77::{
    Media77Count, Media77Options, Media77Refusals, Media77Start, Media77Study, Media77Window,
};
pub use self::smarteru::{
    SmarteruCourse, SmarteruEnrolling, SmarteruGrades, SmarteruGroup, SmarteruOptions, SmarteruSession,
    SmarteruUser,
};
pub use self::upsidelms::{
    SandboxUser, UpsideLmsAssignJson, UpsideLmsCatalog, UpsideLmsContent, UpsideLmsContentKind,
    UpsideLmsCurriculum, UpsideLmsIdentifier, UpsideLmsLearner, UpsideLmsOptions, UpsideLmsPlans,
    UpsideLmsStudy, UpsideLmsTrouble,
};

use self::dice::Dice;
use self::line::{Line, Lines};

/// How long answers under way may take once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// How the simulated systems are set up.
#[derive(Clone, Default)]
pub struct SandboxOptions {
    /// The UpsideLMS portal.
    pub upsidelms: UpsideLmsOptions,
    /// The CrowdWisdom portal.
    pub crowdwisdom: CrowdWisdomOptions,
    /// The iSpring Learn account.
    pub ispring: IspringOptions,
    /// The SmarterU account.
    pub smarteru: SmarteruOptions,
    /// The 77 Media platform.
    pub media77: Media77Options,
    /// What goes wrong on purpose, whichever system is called.
    pub faults: Faults,
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
        self.product_url("upsidelms")
    }

    /// The base address of a simulated product (`crowdwisdom`, `ispring`, `media77`, `smarteru`,
    /// `upsidelms`), without a slash at its end.
    pub fn product_url(&self, product: &str) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("http://{address}/{product}")
    }

    /// All simulated users of UpsideLMS, by unique id.
    pub fn users(&self) -> Vec<SandboxUser> {
        self.world.upsidelms.users().values().cloned().collect()
    }

    /// What the simulated systems hold, and how often each of it was done.
    pub fn effects(&self) -> SandboxEffects {
        self.world.effects()
    }

    /// All calls, oldest first, those included that a fault kept from taking effect.
    pub fn calls(&self) -> Vec<SandboxCall> {
        lock(&self.world.calls).clone()
    }

    /// Replaces the faults, what is left of a script included; the random choices begin anew from the seed.
    pub fn set_faults(&self, faults: Faults) {
        self.world.set_faults(faults);
    }

    /// Sets the simulated CrowdWisdom portal up anew, as somebody at the vendor's would.
    pub fn set_crowdwisdom(&self, set: impl FnOnce(&mut CrowdWisdomOptions)) {
        self.world.crowdwisdom.set(set);
    }

    /// Sets the simulated iSpring Learn account up anew, as somebody at the vendor's would.
    pub fn set_ispring(&self, set: impl FnOnce(&mut IspringOptions)) {
        self.world.ispring.set(set);
    }

    /// Sets the simulated UpsideLMS portal up anew, as somebody at the vendor's would. What was assigned stays.
    pub fn set_upsidelms(&self, set: impl FnOnce(&mut UpsideLmsOptions)) {
        self.world.upsidelms.set(set);
    }

    /// Puts a curriculum into a learner's plan at UpsideLMS by the portal's own hand, so nobody is mailed. The
    /// learner is named by the unique id, the curriculum by its id.
    pub fn give_curriculum(&self, learner: &str, curriculum: &str, on: NaiveDate) {
        self.world.upsidelms.give(learner, curriculum, on);
    }

    /// Sets how far a learner of UpsideLMS is with a curriculum of their plan; `false` where it is not in there.
    pub fn study_curriculum(&self, learner: &str, curriculum: &str, study: UpsideLmsStudy) -> bool {
        self.world.upsidelms.study(learner, curriculum, study)
    }

    /// Sets the simulated 77 Media platform up anew, as somebody at the vendor's would.
    pub fn set_media77(&self, set: impl FnOnce(&mut Media77Options)) {
        self.world.media77.set(set);
    }

    /// A learner studies at the simulated 77 Media platform.
    pub fn study(&self, study: Media77Study) {
        self.world.media77.study(study);
    }

    /// Every session and access token that was issued ends now.
    pub fn expire_tokens(&self) {
        self.world.expire_tokens();
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
        .nest("/crowdwisdom", crowdwisdom::router())
        .nest("/ispring", ispring::router())
        // Launch links are appended to an address that ends with a slash.
        .nest("/media77/", media77::router())
        .nest("/smarteru", smarteru::router())
        .nest("/upsidelms", upsidelms::router())
        .nest("/sandbox", inspect::router())
        .nest("/sandbox/media77", media77::desk())
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
    crowdwisdom: crowdwisdom::Portal,
    ispring: ispring::Account,
    media77: media77::Platform,
    smarteru: smarteru::Account,
    upsidelms: upsidelms::Portal,
    calls: Mutex<Vec<SandboxCall>>,
    dice: Mutex<Dice>,
    closing: CancellationToken,
}

impl World {
    fn new(options: SandboxOptions, closing: CancellationToken) -> Self {
        Self {
            crowdwisdom: crowdwisdom::Portal::new(options.crowdwisdom),
            ispring: ispring::Account::new(options.ispring),
            media77: media77::Platform::new(options.media77),
            smarteru: smarteru::Account::new(options.smarteru),
            upsidelms: upsidelms::Portal::new(options.upsidelms),
            calls: Mutex::default(),
            dice: Mutex::new(Dice::new(options.faults)),
            closing,
        }
    }

    fn effects(&self) -> SandboxEffects {
        let mut effects = SandboxEffects { users: self.upsidelms.users(), ..SandboxEffects::default() };
        self.crowdwisdom.effects(&mut effects);
        self.ispring.effects(&mut effects);
        self.media77.effects(&mut effects);
        self.smarteru.effects(&mut effects);
        self.upsidelms.effects(&mut effects);
        effects
    }

    fn expire_tokens(&self) {
        self.crowdwisdom.expire_tokens();
        self.ispring.expire_tokens();
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
