//! The live protocol in the API document, so that clients are typed from one source. The shapes of the topics' data
//! are those that the cores publish (`routing::live`).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

/// What the server sends on `/ws/operator` and `/ws/wallboard`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LiveFrame {
    /// The present value of a topic: the first frame of a subscription without `resume`.
    Snapshot {
        /// `desk` (`DeskData`), `board` (`BoardData`) or `floor` (`FloorData`).
        topic: String,
        /// Names this life of the topic.
        epoch: String,
        /// The last difference that the value holds.
        seq: u64,
        /// When it became so, by the server's clock.
        at: DateTime<Utc>,
        /// The value.
        #[schema(value_type = Object)]
        data: serde_json::Value,
    },
    /// What changed.
    Delta {
        /// Which topic.
        topic: String,
        /// One more than the last; a gap means: subscribe again.
        seq: u64,
        /// When it became so.
        at: DateTime<Utc>,
        /// A merge patch (RFC 7396) on the value.
        #[schema(value_type = Object)]
        patch: serde_json::Value,
    },
    /// A command was done.
    Ack {
        /// Which.
        id: Uuid,
        /// What it gave, such as the answer of `phone.connect`.
        #[schema(value_type = Object)]
        result: Option<serde_json::Value>,
    },
    /// A command was refused, or a frame could not be read.
    Problem {
        /// Which command; absent when the frame named none.
        id: Option<Uuid>,
        /// The same body as a refusal over HTTP.
        #[schema(value_type = crate::http::problem::Problem)]
        problem: serde_json::Value,
    },
    /// The heartbeat, once a second.
    Ping {
        /// The server's time.
        at: DateTime<Utc>,
    },
}

/// What the document says of the live protocol.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(components(schemas(
        LiveFrame,
        routing::live::DeskData,
        routing::live::BoardData,
        routing::live::FloorData,
    )))]
    struct Docs;
    Docs::openapi()
}

#[cfg(test)]
mod tests {
    use super::LiveFrame;
    use crate::ws::frame;
    use actors::live::{Resume, Topic};
    use serde_json::json;

    #[test]
    fn every_frame_that_is_sent_is_one_of_the_document() {
        let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        let topic = Topic::new("board", "e", now);
        topic.publish(now, json!({"totals": {"waiting": 1}}));
        let delta = topic.subscribe(Some(&Resume { epoch: "e".into(), seq: 0 })).first;
        let refused = frame::Problem { code: "offer-gone", status: 409, detail: "the offer is gone".into() };
        let frames = [
            topic.snapshot(),
            delta[0].clone(),
            frame::ack(uuid::Uuid::nil(), json!({"sdp": "v=0"})),
            frame::ack(uuid::Uuid::nil(), json!(null)),
            frame::problem(Some(uuid::Uuid::nil()), &refused),
            frame::problem(None, &refused),
            frame::ping(now),
        ];

        for frame in frames {
            let read: Result<LiveFrame, _> = serde_json::from_slice(&frame);
            assert!(read.is_ok(), "{read:?} of {}", String::from_utf8_lossy(&frame));
        }
    }
}
