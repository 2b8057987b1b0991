//! What can be seen of the work from outside: logs, progress, and the service manager.

mod logs;
mod progress;
mod service;

pub use logs::{LogFormat, start as start_logs};
pub use progress::Progress;
pub use service::Service;
