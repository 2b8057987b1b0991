//! The simulated accounts as connections: what stands in `rollbook.toml`, and the secrets beside it.

use std::fmt::Write;

use crate::sandbox::{Sandbox, SandboxOptions};

/// One account of a simulated LMS.
pub(in crate::cli) struct Account {
    /// The connection, by the name that the sample jobs have for it.
    pub(in crate::cli) connection: &'static str,
    /// What people call the product.
    pub(in crate::cli) title: &'static str,
    product: &'static str,
    base_url: String,
    /// Keys of the connection and their values, in TOML.
    keys: Vec<(&'static str, String)>,
    /// Keys of the connection that are secrets.
    secrets: Vec<(&'static str, String)>,
}

/// An account for each simulated product.
pub(in crate::cli) fn accounts(sandbox: &Sandbox, options: &SandboxOptions) -> Vec<Account> {
    let account = |connection, title, product| Account {
        connection,
        title,
        product,
        base_url: sandbox.product_url(product),
        keys: Vec::new(),
        secrets: Vec::new(),
    };
    let text = |value: &str| format!("\"{value}\"");
    let upsidelms = &options.upsidelms;
    let (ispring, smarteru) = (&options.ispring, &options.smarteru);
    vec![
        Account {
            keys: vec![("portal_key", text(&upsidelms.portal_key))],
            secrets: vec![("password", upsidelms.password.clone())],
            ..account("upside", "UpsideLMS", "upsidelms")
        },
        Account {
            keys: vec![("system_id", text(&options.crowdwisdom.system_id))],
            ..account("crowd", "CrowdWisdom", "crowdwisdom")
        },
        Account {
            keys: vec![("client_id", text(&ispring.client_id))],
            secrets: vec![("client_secret", ispring.client_secret.clone())],
            ..account("ispring", "iSpring Learn", "ispring")
        },
        Account {
            secrets: vec![
                ("account_api", smarteru.account_api.clone()),
                ("user_api", smarteru.user_api.clone()),
            ],
            ..account("smarteru", "SmarterU", "smarteru")
        },
        Account {
            keys: vec![
                ("lms_id", text("sandbox")),
                ("domain", text("learn.example.org")),
                ("environment", text("staging")),
                ("hosts", "[\"courses.example.org\"]".to_owned()),
            ],
            secrets: vec![("token", options.media77.token.clone())],
            ..account("media", "77 Media", "media77")
        },
    ]
}

impl Account {
    /// The table of the connection; `reference` says where the secret of that key lies.
    pub(in crate::cli) fn table(&self, reference: impl Fn(&Self, &str) -> String) -> String {
        let mut lines = vec![
            ("product", format!("\"{}\"", self.product)),
            ("base_url", format!("\"{}\"", self.base_url)),
        ];
        lines.extend(self.keys.iter().cloned());
        lines.extend(self.secrets.iter().map(|(key, _)| (*key, reference(self, key))));
        let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
        let mut table = format!("[connections.{}]\n", self.connection);
        for (key, value) in lines {
            // Writing into a text never fails.
            let _ = writeln!(table, "{key:width$} = {value}");
        }
        table
    }

    /// Its secrets, each with the key of the connection.
    pub(in crate::cli) fn secrets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.secrets.iter().map(|(key, secret)| (*key, secret.as_str()))
    }
}
