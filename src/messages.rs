//! Starts the links that messages go over, and loads the templates that come with the server.

use crate::app::Ground;
use actors::messages::{self, LinkBoard, Messages};
use base::{Author, ChangeError, Edit};
use channels::template::TemplateFields;
use chrono::{DateTime, Utc};
use rand::Rng;
use sqlx::PgConnection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long links may take to hear what they still wait for, when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// Loads the templates that the rules and flows of the server name, into a database that never had one: the files win
/// only at the first start. What cannot be read is left out and said.
///
/// # Errors
/// The database failed.
pub async fn load_templates(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    folder: &Path,
) -> sqlx::Result<()> {
    if channels::query::any_template(db).await? {
        return Ok(());
    }
    let mut edit = Edit { now, author: Author::System, rng };
    for path in template_files(folder) {
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        let fields = read.and_then(|bytes| {
            serde_json::from_slice::<TemplateFields>(&bytes).map_err(|error| error.to_string())
        });
        let stored = match fields {
            Ok(fields) => match channels::store::insert_template(db, &mut edit, &fields).await {
                Err(ChangeError::Database(error)) => return Err(error),
                stored => stored.map(drop).map_err(|error| error.to_string()),
            },
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            tracing::warn!(file = %path.display(), "this template was not loaded: {error}");
        }
    }
    Ok(())
}

/// The template files of a folder, by name.
fn template_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.to_string_lossy().ends_with(".template.json")).collect();
    files.sort();
    files
}

/// The links of a running server.
pub struct Links {
    /// Where their states are shown.
    pub board: LinkBoard,
    messages: Messages,
    stop: CancellationToken,
}

impl Links {
    /// Starts them.
    #[must_use]
    pub fn start(ground: &Ground) -> Self {
        let (board, stop) = (LinkBoard::default(), ground.stop.child_token());
        let own = messages::Ground {
            pool: ground.pool.clone(),
            clock: Arc::clone(&ground.clock),
            board: board.clone(),
            vault: ground.vault.clone(),
            authorities: ground.authorities.clone(),
            stop: stop.clone(),
        };
        let settings = &ground.settings.messages;
        let bounces = settings.bounce_listen.map(|address| (address, settings.bounce_host.clone()));
        Self { board, messages: Messages::start(own, bounces), stop }
    }

    /// Ends them: what is on its way is waited for, what is not goes back into the queue.
    pub async fn stop(self) {
        self.stop.cancel();
        self.messages.stop(STOP_WITHIN).await;
    }
}
