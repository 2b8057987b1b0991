//! A database of the schema before comes through with all that it held.

use sqlx::Row;
use sqlx::migrate::Migrator;

use super::*;

async fn database_of(versions: usize, path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let migrations = migrator().iter().take(versions).cloned().collect();
    Migrator::with_migrations(migrations).run(&pool).await.unwrap();
    pool
}

#[tokio::test]
async fn the_first_schema_becomes_the_present_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollbook.db");
    let pool = database_of(1, &path).await;
    sqlx::raw_sql(
        "INSERT INTO push VALUES (1, 'hr', 'upside.manage_user', 'upside', 'upsidelms.manage_user', 1);
         INSERT INTO snapshot VALUES (1, 'E1', 'active', '{\"city\":\"Pune\"}', 5);
         INSERT INTO run (run_ref, run, job, job_hash, cause, phase, started_at, deadline_at)
             VALUES (7, '2026-11-20.1', 'hr', x'00', 'by hand', 'delivering', 1, 2);
         INSERT INTO push_run (run_ref, push_ref, fingerprint, tally, emptied, vanished, notes)
             VALUES (7, 1, x'01', '{}', 0, 0, '[]');
         INSERT INTO change (change_ref, run_ref, push_ref, connection, operation, stage, rank, key, kind, after,
                             sent, extras, state, attempts, maybe_sent, code, reason)
             VALUES (3, 7, 1, 'upside', 'upsidelms.manage_user', 0, 2, 'E2', 'create', '{}', '{}', '{}',
                     'parked', 4, 1, 'Err003', 'no such node');
         INSERT INTO attempt VALUES (3, 9, 12, 'Err003', 'no such node');",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;

    let store = Store::open(&path).await.unwrap();
    let change = sqlx::query(
        "SELECT change_ref, rank, state, attempts, maybe_sent, code, task, look_at, person,
                (SELECT count(*) FROM attempt a WHERE a.change_ref = change.change_ref) AS calls
         FROM change",
    )
    .fetch_one(&store.reader)
    .await
    .unwrap();
    assert_eq!(change.get::<i64, _>("change_ref"), 3);
    assert_eq!(change.get::<i64, _>("rank"), 2);
    assert_eq!(change.get::<String, _>("state"), "parked");
    assert_eq!((change.get::<i64, _>("attempts"), change.get::<i64, _>("maybe_sent")), (4, 1));
    assert_eq!(change.get::<String, _>("code"), "Err003");
    assert_eq!(change.get::<Option<String>, _>("task"), None);
    assert_eq!(change.get::<Option<i64>, _>("look_at"), None);
    assert_eq!(change.get::<Option<String>, _>("person"), None);
    assert_eq!(change.get::<i64, _>("calls"), 1);
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&store.reader).await.unwrap();
    assert!(broken.is_empty());
    let snapshot = store.snapshot_page(PushRef(1), None, None, 10).await.unwrap();
    assert_eq!(snapshot.len(), 1);
    store.close().await;
}

#[tokio::test]
async fn an_empty_database_and_an_upgraded_one_are_alike() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |pool: SqlitePool| async move {
        let rows = sqlx::query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
        rows.iter().map(|row| (row.get::<String, _>(0), row.get::<String, _>(1))).collect::<Vec<_>>()
    };
    let upgraded = folder.path().join("upgraded.db");
    database_of(MIGRATIONS.len() - 1, &upgraded).await.close().await;
    let upgraded = Store::open(&upgraded).await.unwrap();
    let fresh = Store::open(&folder.path().join("fresh.db")).await.unwrap();
    assert_eq!(schema(upgraded.reader.clone()).await, schema(fresh.reader.clone()).await);
}
