//! What pulls know, as one JSON document that is written while it is read.

use std::io::Write;

use serde_json::{Value, json};

use crate::engine::{Engine, field_line};
use crate::model::{ItemEvent, PullShape};
use crate::store::EventRow;

use super::super::runs::rfc3339;
use super::sources::Source;
use super::values::{changed_at, fields, register};
use super::walk::{Found, Walk, of_learners};
use super::{Ask, Stop};

/// Writes the document: its head, and an item a line.
pub(super) async fn write(
    engine: &Engine,
    ask: &Ask,
    sources: &[Source<'_>],
    out: &mut impl Write,
) -> Result<(), Stop> {
    let connection = Value::from(ask.connection.as_str());
    write!(out, "{{\n  \"schema\": 1,\n  \"connection\": {connection},\n")?;
    if !ask.learner.is_empty() {
        writeln!(out, "  \"learner\": {},", Value::from(ask.learner.as_str()))?;
    }
    let mut pulls = Vec::new();
    for source in sources {
        let mut value = pull(source);
        if let (Value::Object(map), true, Some(_)) =
            (&mut value, ask.learner.is_empty(), source.shape.registration)
        {
            map.insert("of_learners".to_owned(), Value::from(of_learners(engine, ask, source).await?));
        }
        pulls.push(value);
    }
    write!(out, "  \"pulls\": {},\n  \"items\": [", Value::from(pulls))?;
    let mut begun = false;
    for source in sources {
        let mut walk = Walk::new(engine, ask, source);
        while let Some(found) = walk.next().await? {
            let item = whole(engine, ask, source, &found);
            write!(out, "{}\n    {item}", if begun { "," } else { "" })?;
            begun = true;
        }
    }
    writeln!(out, "{}]\n}}", if begun { "\n  " } else { "" })?;
    Ok(())
}

/// Where the items come from, and how old they are.
fn pull(source: &Source<'_>) -> Value {
    json!({
        "pull": source.pull.id, "job": source.job.name,
        "run": source.answered.as_ref().map(|(run, _)| run),
        "answered_at": source.answered.as_ref().map(|(_, at)| rfc3339(*at)),
        "failed": source.failed,
    })
}

fn whole(engine: &Engine, ask: &Ask, source: &Source<'_>, found: &Found) -> Value {
    let parts: Vec<_> = found.parts.iter().map(|part| item(engine, ask, &source.shape, part)).collect();
    let mut value = item(engine, ask, &source.shape, found);
    if let Value::Object(map) = &mut value {
        map.insert("pull".to_owned(), Value::from(source.pull.id.as_str()));
        map.insert("parts".to_owned(), Value::from(parts));
        if !found.item.learner.is_empty() {
            map.insert("learner".to_owned(), Value::from(found.item.learner.as_str()));
        }
        for (name, text) in register(found, &source.shape) {
            map.insert(name.to_owned(), Value::from(text));
        }
    }
    value
}

fn item(engine: &Engine, ask: &Ask, shape: &PullShape, found: &Found) -> Value {
    let item = &found.item;
    let changes: Vec<_> = found.changes.iter().map(|event| change(engine, ask, event)).collect();
    json!({
        "kind": item.kind, "title": found.title, "fields": fields(item, shape, ask.ids),
        "first_seen": rfc3339(item.first_seen), "last_seen": rfc3339(item.last_seen),
        "changed_at": changed_at(item).map(rfc3339), "retired_at": item.retired_at.map(rfc3339),
        "standing": item.standing, "changes": changes,
    })
}

fn change(engine: &Engine, ask: &Ask, event: &EventRow) -> Value {
    let mut value = json!({ "at": rfc3339(event.at), "run": event.run, "event": event.event });
    if let (ItemEvent::Changed, Some(line), Value::Object(map)) =
        (event.event, field_line(engine, event), &mut value)
    {
        let shown = !line.internal || ask.ids;
        map.insert("field".to_owned(), Value::from(line.field.as_str()));
        map.insert("label".to_owned(), Value::from(line.label));
        map.insert("before".to_owned(), Value::from(event.before.clone().filter(|_| shown)));
        map.insert("after".to_owned(), Value::from(event.after.clone().filter(|_| shown)));
    }
    value
}
