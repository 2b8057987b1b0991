//! The portal: its sessions and completions, and what becomes of a call.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::PRODUCT;
use super::options::CrowdWisdomOptions;
use super::record::Record;
use super::reply::{Done, NAMESPACE, RecordResult, Refusal};
use crate::sandbox::effects::{SandboxEffect, SandboxEffects};
use crate::sandbox::lock;
use crate::sandbox::xml::Node;

/// The portal: how it is set up, and what it holds.
pub(in crate::sandbox) struct Portal {
    options: Mutex<CrowdWisdomOptions>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// How many calls each token was used for.
    tokens: BTreeMap<String, u32>,
    /// How many tokens were ever issued.
    issued: u32,
    completions: BTreeMap<String, SandboxEffect>,
}

impl Portal {
    pub(in crate::sandbox) fn new(options: CrowdWisdomOptions) -> Self {
        Self { options: Mutex::new(options), held: Mutex::default() }
    }

    /// Tells the completions, by customer and product.
    pub(in crate::sandbox) fn effects(&self, effects: &mut SandboxEffects) {
        effects.completions.extend(lock(&self.held).completions.values().cloned());
    }

    pub(in crate::sandbox) fn set(&self, set: impl FnOnce(&mut CrowdWisdomOptions)) {
        set(&mut lock(&self.options));
    }

    pub(in crate::sandbox) fn expire_tokens(&self) {
        lock(&self.held).tokens.clear();
    }

    pub(super) fn options(&self) -> CrowdWisdomOptions {
        lock(&self.options).clone()
    }

    /// The records of a call, as far as they can be told.
    pub(super) fn records<'a>(operation: &'a Node, options: &CrowdWisdomOptions) -> Vec<&'a Node> {
        let wrapper = options.batch_wrapper.as_deref().filter(|_| operation.name == "setCompletions");
        let holder = wrapper.map_or(Some(operation), |wrapper| operation.child(wrapper));
        let children = holder.map_or(&[][..], |holder| &holder.children);
        children.iter().filter(|child| child.name == "record").collect()
    }

    /// Carries a call out.
    pub(super) fn call(&self, operation: &Node) -> Result<Done, Refusal> {
        let options = self.options();
        if operation.namespace.as_deref() != Some(NAMESPACE) {
            return Err(Refusal::client("the operation is not in the namespace of the service"));
        }
        if let Some(stray) = operation.children.iter().find_map(|child| child.stray(None)) {
            return Err(Refusal::client(format!("{} is in a namespace, and should not be", stray.name)));
        }
        match operation.name.as_str() {
            name if name == options.session_method => self.connect(operation, &options),
            "setCompletion" => self.set_completions(operation, &options),
            "setCompletions" if options.batches => self.set_completions(operation, &options),
            _ => Err(Refusal::client("the service has no such operation")),
        }
    }

    fn connect(&self, operation: &Node, options: &CrowdWisdomOptions) -> Result<Done, Refusal> {
        for (name, value) in &options.session_parameters {
            match operation.child_text(name) {
                None => return Err(Refusal::MISSING),
                Some(sent) if sent == value => {}
                Some(_) if name == "systemId" => return Err(Refusal::INVALID_SYSTEM),
                Some(_) => return Err(Refusal::client("the session was refused")),
            }
        }
        let mut held = lock(&self.held);
        held.issued += 1;
        // A client that does not escape a token is found out.
        let token = format!("session-{}/+=&<\">", held.issued);
        held.tokens.insert(token.clone(), 0);
        Ok(Done::Session(token))
    }

    /// What is wrong with the message or with the session, and a missing parameter of any record, keeps every
    /// record out; a product or its catalog only its own record and those behind it. Where each record has a
    /// result of its own, only the message and the session are about all.
    fn set_completions(&self, operation: &Node, options: &CrowdWisdomOptions) -> Result<Done, Refusal> {
        shape(operation, options)?;
        let nodes = Self::records(operation, options);
        let records = nodes.into_iter().map(Record::read).collect::<Result<Vec<_>, _>>()?;
        let system = operation.child_text("systemId").ok_or(Refusal::MISSING)?;
        let token = operation.child_text("sessionToken").ok_or(Refusal::MISSING)?;
        if system != options.system_id {
            return Err(Refusal::INVALID_SYSTEM);
        }
        let mut held = lock(&self.held);
        held.admit(token, options)?;
        if options.batch_results && operation.name == "setCompletions" {
            let each = |record: Record| RecordResult {
                customer: record.text("customerId").to_owned(),
                product: record.text("productId").to_owned(),
                refusal: held.take(record, options).err(),
            };
            return Ok(Done::Each(records.into_iter().map(each).collect()));
        }
        let wanting = |record: &Record| {
            let customer = record.text("customerId");
            record.lacks_something() || options.wanting_customers.iter().any(|wanting| wanting == customer)
        };
        if records.is_empty() || records.iter().any(wanting) {
            return Err(Refusal::MISSING);
        }
        for record in records {
            held.take(record, options)?;
        }
        Ok(Done::Completed)
    }
}

/// The parameters are `systemId`, `sessionToken` and the record or records, in this order. What is mandatory
/// and missing is no matter of shape.
fn shape(operation: &Node, options: &CrowdWisdomOptions) -> Result<(), Refusal> {
    let batch = operation.name == "setCompletions";
    let holder = options.batch_wrapper.as_deref().filter(|_| batch).unwrap_or("record");
    let place =
        |child: &Node| ["systemId", "sessionToken", holder].iter().position(|name| child.name == *name);
    let mut last = None;
    for child in &operation.children {
        let place = place(child);
        let repeated = place == last && !(batch && child.name == "record");
        if place.is_none() || place < last || repeated {
            return Err(Refusal::client(format!("unexpected element {}", child.name)));
        }
        if child.name == holder
            && holder != "record"
            && child.children.iter().any(|node| node.name != "record")
        {
            return Err(Refusal::client(format!("unexpected element in {holder}")));
        }
        last = place;
    }
    Ok(())
}

impl Held {
    fn admit(&mut self, token: &str, options: &CrowdWisdomOptions) -> Result<(), Refusal> {
        let used = self.tokens.get_mut(token).ok_or(Refusal::INVALID_TOKEN)?;
        if options.session_calls.is_some_and(|calls| *used >= calls) {
            self.tokens.remove(token);
            return Err(Refusal::INVALID_TOKEN);
        }
        *used += 1;
        Ok(())
    }

    /// Takes one record.
    fn take(&mut self, record: Record, options: &CrowdWisdomOptions) -> Result<(), Refusal> {
        let product = record.text("productId");
        if record.lacks_something() {
            return Err(Refusal::MISSING);
        }
        if !options.catalog_accessible || options.closed_products.iter().any(|closed| closed == product) {
            return Err(Refusal::CATALOG);
        }
        if options.products.as_ref().is_some_and(|known| known.iter().all(|known| known != product)) {
            return Err(Refusal::INVALID_PRODUCT);
        }
        self.complete(record);
        Ok(())
    }

    /// Credits and certificates are granted again with every repetition: no document says otherwise.
    fn complete(&mut self, record: Record) {
        let key = record.key();
        let effect = self.completions.entry(key.clone()).or_default();
        effect.product = PRODUCT;
        effect.key = key;
        effect.applied += 1;
        for (switch, count) in [("grantCredits", "credits"), ("issueCertificates", "certificates")] {
            *effect.counts.entry(count).or_default() += u32::from(record.is_on(switch));
        }
        effect.fields = record.fields;
    }
}
