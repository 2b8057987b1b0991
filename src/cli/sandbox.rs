//! `rollbook sandbox`: the simulated LMSs.

use crate::sandbox::{Sandbox, SandboxOptions, UpsideLmsOptions};

use super::args::{Global, SandboxArgs};
use super::context::{Failure, logs};
use super::out::say;
use super::run::stop_on_signal;

/// Serves until SIGTERM or SIGINT.
pub(super) async fn sandbox(global: &Global, args: &SandboxArgs) -> Result<u8, Failure> {
    logs(global, "warn");
    let faults = args.faults.parse().map_err(|error| Failure::wrong(format!("--faults: {error}")))?;
    let options = SandboxOptions {
        upsidelms: UpsideLmsOptions {
            admin_set_password: args.admin_set_password,
            plain_answers: args.plain_answers,
            licences: args.licences,
            ..UpsideLmsOptions::default()
        },
        faults,
        ..SandboxOptions::default()
    };
    let crowdwisdom = options.crowdwisdom.system_id.clone();
    let (client_id, client_secret) =
        (options.ispring.client_id.clone(), options.ispring.client_secret.clone());
    let (portal_key, password) = (options.upsidelms.portal_key.clone(), options.upsidelms.password.clone());
    let stop = stop_on_signal()?;
    let sandbox = Sandbox::start(args.listen, options)
        .await
        .map_err(|error| Failure::failed(format!("could not listen on {}: {error}", args.listen)))?;
    say(format!(
        "a simulated UpsideLMS listens; a connection to it:\n\n\
         [connections.sandbox]\nproduct = \"upsidelms\"\nbase_url = \"{}\"\nportal_key = \"{portal_key}\"\n\
         password = {{ env = \"SANDBOX_PASSWORD\" }}   # SANDBOX_PASSWORD={password}\n\n\
         its users: http://{}/sandbox/users   its calls: /sandbox/calls   counts: /sandbox/summary\n\n\
         a simulated CrowdWisdom   {}   system id {crowdwisdom}\n\
         a simulated iSpring Learn {}   client {client_id}, secret {client_secret}\n\
         what all of them hold: /sandbox/effects\n\
         Ctrl-C ends it.",
        sandbox.base_url(),
        sandbox.address(),
        sandbox.product_url("crowdwisdom"),
        sandbox.product_url("ispring")
    ));
    stop.cancelled().await;
    sandbox.stop().await;
    Ok(0)
}
