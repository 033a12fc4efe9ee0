//! People of directories who are signed in are looked up again, so that who was switched off there does not stay here
//! until the session ends by itself.

use super::{Directories, Directory};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use access::directory::Refusal;
use access::directory::store::{self, Admission, Due};
use base::{Author, Edit};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether somebody is due.
const EVERY: Duration = Duration::from_secs(60);
/// People looked up in one round of one directory; the others follow in the next, those unchecked for longest first.
const ROUND_MAX: i64 = 500;

/// Looks people up again until it is dropped.
pub async fn keep_checking(state: actix_web::web::Data<AppState>, directories: Arc<Directories>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = check(&state, &directories).await {
            tracing::warn!(%error, "people of directories could not be looked up again; trying again later");
        }
    }
}

/// One round over all directories that can be asked without a person's password; how many people were looked up.
///
/// # Errors
/// 503 when the database is away. A directory that is away ends its part of the round, and nobody's session.
pub async fn check(state: &AppState, directories: &Directories) -> Result<usize, ApiError> {
    let mut checked = 0;
    for directory in directories.all() {
        let settings = directory.settings();
        if settings.recheck_minutes == 0 || settings.service().is_none() {
            continue;
        }
        let until = state.clock.now() - TimeDelta::minutes(i64::from(settings.recheck_minutes));
        let mut db = state.pool.acquire().await?;
        let due = store::due(&mut db, directory.name(), until, ROUND_MAX).await?;
        drop(db);
        for person in due {
            if !check_one(state, directory, &person).await? {
                break;
            }
            checked += 1;
        }
    }
    Ok(checked)
}

/// Looks one person up; whether the directory answered.
async fn check_one(state: &AppState, directory: &Directory, due: &Due) -> Result<bool, ApiError> {
    let entry = match directory.look_up(&due.external_id).await {
        Ok(entry) => entry,
        Err(away) => {
            tracing::warn!("{away}; sessions of its people go on");
            return Ok(false);
        }
    };
    let mut rng = state.dice();
    let mut edit = Edit { now: state.clock.now(), author: Author::System, rng: &mut rng };
    let mut tx = state.begin().await?;
    match entry {
        None => store::lose(&mut tx, &mut edit, due.person_id, Refusal::SwitchedOff).await?,
        Some(entry) => {
            let settings = directory.settings();
            let admission =
                store::admit(&mut tx, &mut edit, directory.name(), settings, &entry, &due.login).await?;
            if let Admission::Welcome { unresolved, .. } = admission {
                report(directory.name(), &unresolved);
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Says what the settings name and this server does not have.
pub fn report(directory: &str, unresolved: &[String]) {
    for what in unresolved {
        tracing::warn!(directory, "[access.directory.{directory}] groups: {what}");
    }
}
