//! Where the samples of a packet belong on a recording's timeline.
//!
//! A relayed stream needs no jitter buffer: the listener has one. A recording does: packets come late,
//! twice and out of order, and the sender's clock is not ours. Samples are placed by their timestamps, and
//! the timestamps are tied to the monotonic clock anew whenever the two have drifted apart.

/// How far ahead of its arrival a packet may be placed before it is tied anew: 200 ms, in samples. It is ahead when the
/// one that was tied came late.
const AHEAD_MAX: i64 = 1_600;

/// How far behind its arrival a packet may be placed before it is tied anew: 400 ms, in samples. Networks and
/// machines that stand still deliver what they held back in one burst.
const BEHIND_MAX: i64 = 3_200;

/// Places the packets of one stream after another on a timeline in samples since its start.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    tied: Option<Tie>,
}

#[derive(Clone, Copy, Debug)]
struct Tie {
    ssrc: u32,
    shift: i64,
}

impl Placement {
    /// The position of a packet that arrived at position `arrival` with the extended timestamp `time`.
    pub fn place(&mut self, ssrc: u32, time: i64, arrival: i64) -> i64 {
        if let Some(tie) = self.tied
            && tie.ssrc == ssrc
        {
            let position = time + tie.shift;
            if position - arrival <= AHEAD_MAX && arrival - position <= BEHIND_MAX {
                return position;
            }
        }
        self.tied = Some(Tie { ssrc, shift: arrival - time });
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_that_come_late_and_in_bursts_keep_their_places() {
        let mut placement = Placement::default();
        let arrivals = [0, 900, 910, 920, 930, 800, 960];
        let places: Vec<_> = (0_i64..)
            .zip(arrivals)
            .map(|(n, arrival)| placement.place(1, 50_000 + 160 * n, arrival))
            .collect();
        assert_eq!(places, [0, 160, 320, 480, 640, 800, 960]);
    }

    #[test]
    fn a_pause_without_packets_is_a_gap_as_long_as_the_pause() {
        let mut placement = Placement::default();
        placement.place(1, 0, 0);
        // The sender's timestamp stood still while it said nothing.
        assert_eq!(placement.place(1, 160, 80_000), 80_000);
        assert_eq!(placement.place(1, 320, 80_160), 80_160);
    }

    #[test]
    fn a_new_stream_is_tied_to_its_arrival() {
        let mut placement = Placement::default();
        placement.place(1, 0, 0);
        assert_eq!(placement.place(2, 99_999, 320), 320);
    }

    #[test]
    fn a_clock_that_drifts_is_tied_anew_before_it_is_half_a_second_off() {
        let mut placement = Placement::default();
        for n in 0..200_000_i64 {
            let arrival = n * 161; // the sender is 0.6 % slow
            let place = placement.place(1, n * 160, arrival);
            assert!((place - arrival).abs() <= BEHIND_MAX);
        }
    }
}
