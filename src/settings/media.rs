//! `[media]`: ports and folders of audio.

use super::problem::Problems;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

/// Fewest ports that make sense: RTP and RTCP of a few calls.
const PORTS_MIN: u16 = 20;

/// `[media]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// First UDP port for RTP.
    pub rtp_port_min: NonZeroU16,
    /// Last UDP port for RTP.
    pub rtp_port_max: NonZeroU16,
    /// Where browsers send their audio.
    pub webrtc_listen: SocketAddr,
    /// What browsers and peers call this machine; none: its own addresses.
    pub external_addresses: Vec<IpAddr>,
    /// Folder of the recordings, relative to the data folder.
    pub recordings_dir: PathBuf,
    /// Seconds without audio after which a call counts as lost.
    pub rtp_timeout_seconds: NonZeroU16,
}

impl Media {
    /// How long a call may be without audio.
    #[must_use]
    pub fn rtp_timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.rtp_timeout_seconds.get()))
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        let (first, last) = (self.rtp_port_min.get(), self.rtp_port_max.get());
        problems.unless(first >= 1024, "media.rtp_port_min", "must be at least 1024");
        let enough = last >= first.saturating_add(PORTS_MIN);
        problems.unless(
            enough,
            "media.rtp_port_max",
            format!("must be {PORTS_MIN} or more above rtp_port_min"),
        );
        let port = self.webrtc_listen.port();
        let apart = !(first..=last).contains(&port);
        problems.unless(apart, "media.webrtc_listen", "its port must not be one of the RTP ports");
        problems.unless(
            self.rtp_timeout_seconds.get() >= 5,
            "media.rtp_timeout_seconds",
            "must be at least 5",
        );
    }
}
