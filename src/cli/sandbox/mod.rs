//! `rollbook sandbox`: the simulated LMSs.

mod accounts;

use crate::sandbox::{Sandbox, SandboxOptions, UpsideLmsOptions};

pub(super) use accounts::{Account, accounts};

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
    let stop = stop_on_signal()?;
    let sandbox = Sandbox::start(args.listen, options.clone())
        .await
        .map_err(|error| Failure::failed(format!("could not listen on {}: {error}", args.listen)))?;
    say(words(&sandbox, &options));
    stop.cancelled().await;
    sandbox.stop().await;
    Ok(0)
}

/// All that is needed to connect, ready to be copied, and where to look.
fn words(sandbox: &Sandbox, options: &SandboxOptions) -> String {
    let accounts = accounts(sandbox, options);
    let titles: Vec<&str> = accounts.iter().map(|account| account.title).collect();
    let tables: Vec<String> = accounts
        .iter()
        .map(|account| account.table(|account, key| format!("{{ env = \"{}\" }}", variable(account, key))))
        .collect();
    let exports: String = accounts
        .iter()
        .flat_map(|account| account.secrets().map(move |(key, secret)| (variable(account, key), secret)))
        .map(|(variable, secret)| format!("export {variable}={}\n", quoted(secret)))
        .collect();
    format!(
        "# Simulated: {}. A connection to each, for rollbook.toml:\n\n{}\n\
         # Their secrets, for the shell that starts rollbook:\n\n{exports}\n\
         # To look at: http://{address}/sandbox/effects is all that they hold, /sandbox/users the users of\n\
         # UpsideLMS, /sandbox/calls every call, /sandbox/summary counts.\n\
         # Ctrl-C ends it, and all that it holds is gone.",
        titles.join(", "),
        tables.join("\n"),
        address = sandbox.address(),
    )
}

/// The environment variable for a secret of a connection.
fn variable(account: &Account, key: &str) -> String {
    format!("{}_{key}", account.connection).to_uppercase()
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_product_has_a_connection_that_can_be_copied() {
        let options = SandboxOptions::default();
        let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options.clone()).await.unwrap();
        let words = words(&sandbox, &options);
        let shown = words.replace(&sandbox.address().to_string(), "127.0.0.1:8077");
        insta::assert_snapshot!(shown);
        let config = words.split("\nexport").next().unwrap_or_default();
        let config: toml::Table = config.parse().unwrap();
        let connections = config["connections"].as_table().unwrap();
        let mut products: Vec<&str> =
            connections.values().map(|table| table["product"].as_str().unwrap()).collect();
        products.sort_unstable();
        let mut known: Vec<&str> = crate::connectors::PRODUCTS.iter().map(|product| product.name).collect();
        known.sort_unstable();
        assert_eq!(products, known);
    }

    #[test]
    fn a_secret_is_one_word_of_a_shell() {
        assert_eq!(quoted("a*$^!&b"), "'a*$^!&b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
