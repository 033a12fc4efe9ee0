//! Starts the links that messages go over.

use crate::app::Ground;
use actors::messages::{self, LinkBoard, Messages};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long links may take to hear what they still wait for, when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(8);

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
