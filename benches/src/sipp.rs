//! SIPp as the caller: scenarios with audio from a file, and its figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use telephony::media::client::tone;
use telephony::media::g711::G711;

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The caller hangs up after so many milliseconds.
    Caller(u32),
    /// The server hangs up.
    Server,
}

/// Whom to call, how often.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The server's SIP address.
    pub server: &'a str,
    /// The number.
    pub number: &'a str,
    /// Calls a second.
    pub rate: u32,
    /// Calls in all.
    pub calls: u32,
    /// How they end.
    pub ending: Ending,
    /// Whether the caller sends audio.
    pub media: bool,
}

/// What SIPp counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    /// Calls that went as planned, refusals included.
    pub succeeded: u64,
    /// Calls that did not.
    pub failed: u64,
    /// Messages that were sent again.
    pub retransmitted: u64,
    /// 503 with Retry-After.
    pub refused: u64,
}

/// SIPp at work.
pub struct Running {
    child: Child,
    stats: PathBuf,
}

impl Run<'_> {
    /// Starts SIPp in `folder`.
    pub fn start(&self, folder: &Path, name: &str) -> Running {
        let scenario = folder.join(format!("{name}.xml"));
        fs::write(&scenario, self.scenario(folder)).unwrap();
        let stats = folder.join(format!("{name}.csv"));
        let _first_time = fs::remove_file(&stats);
        let child = Command::new("sipp")
            .arg(self.server)
            .args(["-sf".as_ref(), scenario.as_os_str(), "-stf".as_ref(), stats.as_os_str()])
            .args(["-s", self.number, "-i", "127.0.0.1", "-r", &self.rate.to_string()])
            .args(["-m", &self.calls.to_string(), "-l", "100000", "-nostdin", "-trace_stat", "-fd", "1"])
            .args(["-buff_size", "8388608", "-recv_timeout", "40000", "-timeout_error"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir(folder)
            .spawn()
            .expect("sipp is installed (apt install sip-tester)");
        Running { child, stats }
    }

    fn scenario(&self, folder: &Path) -> String {
        let audio = folder.join("caller.alaw");
        if !audio.exists() {
            let mut tone_of_a_second = Vec::new();
            G711::Pcma.encode(&tone::samples(440.0, 0, 8_000), &mut tone_of_a_second);
            fs::write(&audio, tone_of_a_second).unwrap();
        }
        let play = format!("<nop><action><exec rtp_stream=\"{},-1,8\"/></action></nop>", audio.display());
        let play = if self.media { play } else { String::new() };
        let ending = match self.ending {
            Ending::Caller(hold) => format!(
                "<pause milliseconds=\"{hold}\"/>{}<recv response=\"200\" crlf=\"true\"/>",
                send(&request("BYE", 2), "500")
            ),
            Ending::Server => "<recv request=\"BYE\" timeout=\"60000\"/><send><![CDATA[\nSIP/2.0 200 OK\n\
                [last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n]]></send>"
                .to_owned(),
        };
        let port = if self.media { "[rtpstream_audio_port]" } else { "[media_port]" };
        let invite = format!(
            "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
             From: <sip:+99877[call_number]@[local_ip]>;tag=[pid]t[call_number]\nTo: <sip:[service]@[remote_ip]:[remote_port]>\n\
             Call-ID: [call_id]\nCSeq: 1 INVITE\nContact: <sip:bench@[local_ip]:[local_port]>\nMax-Forwards: 70\n\
             Content-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=- 1 1 IN IP4 [local_ip]\ns=-\n\
             c=IN IP4 [media_ip]\nt=0 0\nm=audio {port} RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\n\
             a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n"
        );
        let ack = request("ACK", 1);
        let refused = "ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n[last_From:]\n[last_To:]\n\
             Call-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n";
        format!(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"caller\">{}\
             <recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/>\
             <recv response=\"183\" optional=\"true\"/>\
             <recv response=\"503\" optional=\"true\" next=\"1\"><action><ereg regexp=\"[0-9]+\" search_in=\"hdr\" \
             header=\"Retry-After:\" check_it=\"true\" assign_to=\"after\"/></action></recv>\
             <recv response=\"200\" rtd=\"1\"/>{}{play}{ending}<nop next=\"2\"/>\
             <label id=\"1\"/><nop counter=\"1\"/>{}<label id=\"2\"/><nop/><Reference variables=\"after\"/></scenario>",
            send(&invite, "500"),
            send(&ack, ""),
            send(refused, ""),
        )
    }
}

fn send(message: &str, retransmits: &str) -> String {
    let retransmits = match retransmits {
        "" => String::new(),
        millis => format!(" retrans=\"{millis}\""),
    };
    format!("<send{retransmits}><![CDATA[\n{message}\n]]></send>")
}

fn request(method: &str, cseq: u32) -> String {
    format!(
        "{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n\
         From: <sip:+99877[call_number]@[local_ip]>;tag=[pid]t[call_number]\n[last_To:]\nCall-ID: [call_id]\n\
         CSeq: {cseq} {method}\nMax-Forwards: 70\nContent-Length: 0\n"
    )
}

impl Running {
    /// Waits for the last call and reads the figures.
    pub fn finish(mut self) -> Counted {
        let _status = self.child.wait();
        self.figures()
    }

    /// The figures so far: SIPp writes a line a second.
    pub fn figures(&self) -> Counted {
        let text = fs::read_to_string(&self.stats).unwrap_or_default();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(';').collect();
        let last: Vec<&str> = lines.last().unwrap_or_default().split(';').collect();
        let value = |name: &str| {
            let column = names.iter().position(|known| *known == name);
            column.and_then(|column| last.get(column)?.parse().ok()).unwrap_or(0)
        };
        Counted {
            succeeded: value("SuccessfulCall(C)"),
            failed: value("FailedCall(C)"),
            retransmitted: value("Retransmissions(C)"),
            refused: value("GenericCounter1(C)"),
        }
    }
}
