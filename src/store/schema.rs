//! The schema and how an older store reaches it.
//!
//! [`FRESH`] is what a new store gets; [`MIGRATIONS`] lead from each earlier version to the next. A
//! test upgrades the oldest schema and compares the outcome with a fresh one. To change the schema:
//! edit `schema.sql`, add a migration that does the same to a store of the version before.

use rusqlite::{Connection, TransactionBehavior};

/// The schema of a new store.
const FRESH: &str = include_str!("schema.sql");

/// `MIGRATIONS[n]` turns version `n + 1` into `n + 2`. Version 1 is the first that was ever written.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_v2.sql"),
    include_str!("schema_v3.sql"),
    include_str!("schema_v4.sql"),
    include_str!("schema_v5.sql"),
];

/// The version this program reads and writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64 + 1;

/// What [`bring_up`] found.
pub(super) enum Schema {
    /// The store is at [`VERSION`] now.
    Current,
    /// A newer program wrote it; nothing was changed.
    Newer(i64),
}

/// Brings a store to [`VERSION`] in one transaction: all of it or nothing.
pub(super) fn bring_up(connection: &mut Connection) -> rusqlite::Result<Schema> {
    bring_up_with(connection, FRESH, MIGRATIONS)
}

/// Whether the schema is word for word that of a new store: no view, no trigger and no table of somebody else's.
pub(super) fn is_as_fresh(connection: &Connection) -> rusqlite::Result<bool> {
    let mut fresh = Connection::open_in_memory()?;
    bring_up(&mut fresh)?;
    Ok(words(connection)? == words(&fresh)?)
}

/// Everything that a schema says, in one order.
pub(super) fn words(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut rows =
        connection.prepare("SELECT type || name || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1")?;
    let words = rows.query_map([], |row| row.get(0))?;
    words.collect()
}

pub(super) fn bring_up_with(connection: &mut Connection, fresh: &str, migrations: &[&str]) -> rusqlite::Result<Schema> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = migrations.len() as i64 + 1;
    match usize::try_from(found) {
        Ok(0) => transaction.execute_batch(fresh)?,
        Ok(version) if found <= known => {
            for migration in &migrations[version - 1..] {
                transaction.execute_batch(migration)?;
            }
        }
        _ => return Ok(Schema::Newer(found)),
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(Schema::Current)
}
