use super::*;
use crate::model::ChangeState;

/// A store with a run of one push, whose changes have these states.
async fn store(folder: &tempfile::TempDir, states: &[ChangeState]) -> Store {
    let store = Store::open(&folder.path().join("rollbook.db")).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO push VALUES (1, 'done', 'learn.update', 'learn', 'ispring.update', 1);
         INSERT INTO run (run_ref, run, job, job_hash, cause, phase, started_at, deadline_at)
             VALUES (7, '2026-11-20.1', 'done', x'00', 'by hand', 'delivering', 1, 2),
                    (8, '2026-11-20.2', 'done', x'00', 'by hand', 'delivering', 1, 2);",
    )
    .execute(&store.writer)
    .await
    .unwrap();
    for (place, state) in states.iter().enumerate() {
        add(&store, 7, &format!("E{place}"), "create", *state).await;
    }
    store
}

async fn add(store: &Store, run: i64, key: &str, kind: &str, state: ChangeState) {
    sqlx::query(
        "INSERT INTO change (run_ref, push_ref, connection, operation, stage, rank, key, kind, row, after, sent,
                             extras, state)
         VALUES (?, 1, 'learn', 'ispring.update', 2, 0, ?, ?, 5, '{}', '{}',
                 '{\"always\":{},\"create\":{}}', ?)",
    )
    .bind(run)
    .bind(key)
    .bind(kind)
    .bind(state.as_str())
    .execute(&store.writer)
    .await
    .unwrap();
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

async fn sample(store: &Store, most: u32) -> Vec<String> {
    store.enter_sample(RunRef(7), PushRef(1), most, at(100)).await.unwrap();
    let lookups = store.lookups(RunRef(7)).await.unwrap();
    lookups.iter().map(|lookup| lookup.key.to_string()).collect()
}

#[tokio::test]
async fn a_sample_is_spread_evenly_and_stays() {
    for (accepted, most, expected) in [
        (0, 4, vec![]),
        (3, 4, vec![0, 1, 2]),
        (4, 4, vec![0, 1, 2, 3]),
        (10, 4, vec![0, 3, 5, 8]),
        (100, 4, vec![0, 25, 50, 75]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, &vec![ChangeState::Accepted; accepted]).await;
        let expected: Vec<String> = expected.into_iter().map(|place| format!("E{place}")).collect();
        assert_eq!(sample(&store, most).await, expected, "{accepted}");
        // After a crash it is entered again, and a later one has other changes to choose from.
        add(&store, 7, "late", "create", ChangeState::Accepted).await;
        if accepted > 0 {
            assert_eq!(sample(&store, 20).await, expected, "{accepted}");
        }
    }
}

#[tokio::test]
async fn only_what_was_accepted_and_still_stands_is_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, &ChangeState::ALL).await;
    add(&store, 7, "gone", "remove", ChangeState::Accepted).await;
    add(&store, 7, "moved", "update", ChangeState::Accepted).await;
    add(&store, 7, "overtaken", "update", ChangeState::Accepted).await;
    add(&store, 8, "overtaken", "update", ChangeState::Accepted).await;
    add(&store, 7, "tried", "update", ChangeState::Accepted).await;
    add(&store, 8, "tried", "update", ChangeState::Refused).await;
    assert_eq!(sample(&store, 20).await, ["E4", "moved", "tried"]);
}

#[tokio::test]
async fn what_is_to_be_looked_up_is_due_until_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, &[ChangeState::Accepted; 3]).await;
    assert_eq!(store.next_lookup(&"learn".into()).await.unwrap(), None);
    sample(&store, 20).await;
    let learn: ConnectionName = "learn".into();
    assert_eq!(store.next_lookup(&learn).await.unwrap(), Some(at(100)));
    assert_eq!(store.next_lookup(&"other".into()).await.unwrap(), None);
    assert!(store.due_lookups(&learn, at(99)).await.unwrap().is_empty());
    assert_eq!(store.verifying(RunRef(7)).await.unwrap(), std::slice::from_ref(&learn));
    let due = store.due_lookups(&learn, at(100)).await.unwrap();
    assert_eq!(due.iter().map(|(_, again)| *again).collect::<Vec<_>>(), [false; 3]);
    let changes: Vec<i64> = due.iter().map(|(change, _)| change.change_ref).collect();

    store.looked_up(changes[0], Ok(Finding::There), "results", "", at(101)).await.unwrap();
    store.looked_up(changes[1], Err(at(106)), "results", "not there", at(101)).await.unwrap();
    store.looked_up(changes[2], Ok(Finding::Absent), "results", "no", at(101)).await.unwrap();
    assert!(store.due_lookups(&learn, at(105)).await.unwrap().is_empty());
    let due = store.due_lookups(&learn, at(106)).await.unwrap();
    assert_eq!((due.len(), due[0].1, due[0].0.change_ref), (1, true, changes[1]));
    store.end_lookups(RunRef(7), None, "the run ended", at(107)).await.unwrap();
    assert!(store.verifying(RunRef(7)).await.unwrap().is_empty());
    // What is settled stays so.
    store.looked_up(changes[1], Ok(Finding::There), "results", "", at(108)).await.unwrap();
    let lookups = store.lookups(RunRef(7)).await.unwrap();
    let found: Vec<_> = lookups.iter().map(|lookup| (lookup.finding, lookup.code.as_str())).collect();
    let expected = [
        (Some(Finding::There), "results"),
        (Some(Finding::Unknown), "not asked"),
        (Some(Finding::Absent), "results"),
    ];
    assert_eq!(found, expected);
    assert_eq!((lookups[0].row, lookups[0].push), (Some(5), PushRef(1)));
}

#[tokio::test]
async fn what_is_overtaken_while_it_is_looked_up_is_no_problem() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder, &[ChangeState::Accepted; 3]).await;
    sample(&store, 20).await;
    let due = store.due_lookups(&"learn".into(), at(100)).await.unwrap();
    add(&store, 8, "E0", "update", ChangeState::Claimed).await;
    add(&store, 8, "E1", "update", ChangeState::Waiting).await;
    for (change, _) in due.iter().take(2) {
        store.looked_up(change.change_ref, Ok(Finding::Absent), "results", "no", at(101)).await.unwrap();
    }
    // The rest is given up, of its own connection alone.
    store.end_lookups(RunRef(7), Some(&"other".into()), "why", at(102)).await.unwrap();
    assert_eq!(store.verifying(RunRef(7)).await.unwrap().len(), 1);
    store.end_lookups(RunRef(7), Some(&"learn".into()), "why", at(102)).await.unwrap();
    let lookups = store.lookups(RunRef(7)).await.unwrap();
    let found: Vec<_> = lookups.iter().map(|lookup| (lookup.finding, lookup.code.as_str())).collect();
    let unknown = Some(Finding::Unknown);
    assert_eq!(found, [(unknown, "overtaken"), (Some(Finding::Absent), "results"), (unknown, "not asked")]);
}
