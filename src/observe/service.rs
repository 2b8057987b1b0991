//! The service manager: readiness, the watchdog, and the end.

use std::time::Duration;

use sd_notify::NotifyState;

/// What systemd is told; without systemd every word falls silent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Service;

impl Service {
    /// The service is up.
    pub fn ready(self, status: &str) {
        self.tell(&[NotifyState::Ready, NotifyState::Status(status)]);
    }

    /// What it does now, for `systemctl status`.
    pub fn status(self, status: &str) {
        self.tell(&[NotifyState::Status(status)]);
    }

    /// It is alive: the planner's loop says so, since a task of its own would live on beside a dead one.
    pub fn alive(self) {
        self.tell(&[NotifyState::Watchdog]);
    }

    /// It is stopping.
    pub fn stopping(self) {
        self.tell(&[NotifyState::Stopping]);
    }

    /// How often systemd wants to hear that it is alive; `None` where it does not.
    pub fn watchdog(self) -> Option<Duration> {
        sd_notify::watchdog_enabled()
    }

    fn tell(self, states: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(states) {
            tracing::warn!(%error, "the service manager could not be told");
        }
    }
}
