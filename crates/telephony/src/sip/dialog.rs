//! A dialog of the called side, RFC 3261 12: who is who, the route set, the numbers, what is printed.

use super::session::OurRequest;
use rsipstack::rsip::headers::make_header;
use rsipstack::rsip::prelude::{HeadersExt as _, ToTypedHeader as _};
use rsipstack::rsip::typed::Via;
use rsipstack::rsip::{
    Header, Headers, HostWithPort, Method, Request, Response, StatusCode, Transport, Uri, Version,
};
use rsipstack::transaction::make_via_branch;

/// Where we can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) transport: Transport,
    pub(crate) host: HostWithPort,
    pub(crate) product: String,
}

/// One dialog.
#[derive(Debug)]
pub(crate) struct Dialog {
    here: Here,
    call_id: String,
    /// Our side: the To of the INVITE with our tag.
    local: String,
    local_tag: String,
    /// The caller: the From of the INVITE.
    remote: String,
    target: Uri,
    routes: Vec<String>,
    local_seq: u32,
}

impl Dialog {
    /// Begins with the INVITE.
    pub(crate) fn begin(invite: &Request, local_tag: &str, here: Here) -> Option<Self> {
        let from = invite.from_header().ok()?;
        // Devices of RFC 2543 may come without Contact: then From is all we have.
        let target = contact_uri(invite).or_else(|| from.uri().ok())?;
        let local = with_tag(invite.to_header().ok()?.value(), local_tag);
        Some(Self {
            here,
            call_id: invite.call_id_header().ok()?.value().to_owned(),
            local,
            local_tag: local_tag.to_owned(),
            remote: from.value().to_owned(),
            target,
            routes: values(&invite.headers, |header| match header {
                Header::RecordRoute(route) => Some(route.value()),
                _ => None,
            }),
            local_seq: 0,
        })
    }

    /// RFC 3261 12.2.2: a re-INVITE or UPDATE may move the remote target.
    pub(crate) fn refresh_target(&mut self, request: &Request) {
        if matches!(request.method, Method::Invite | Method::Update)
            && let Some(target) = contact_uri(request)
        {
            self.target = target;
        }
    }

    fn contact(&self) -> String {
        match self.here.transport {
            Transport::Udp => format!("<sip:{}>", self.here.host),
            transport => {
                format!("<sip:{};transport={}>", self.here.host, transport.to_string().to_lowercase())
            }
        }
    }

    /// Prints a request of ours.
    pub(crate) fn request(&mut self, what: &OurRequest) -> Request {
        self.local_seq = self.local_seq.saturating_add(1);
        let (method, extra, body) = match what {
            OurRequest::Bye { reason } => {
                let reason = reason.iter().map(|reason| ("Reason", reason.clone())).collect();
                (Method::Bye, reason, String::new())
            }
            OurRequest::Update { expires } => {
                (Method::Update, vec![("Session-Expires", expires.clone())], String::new())
            }
            OurRequest::Reinvite { expires, sdp } => {
                (Method::Invite, vec![("Session-Expires", expires.clone())], sdp.clone())
            }
            OurRequest::Probe => (Method::Options, Vec::new(), String::new()),
        };
        self.print(method, self.local_seq, extra, body)
    }

    /// Prints the ACK of a 2xx to our re-INVITE (RFC 3261 13.2.2.4).
    pub(crate) fn ack(&self, cseq: u32) -> Request {
        self.print(Method::Ack, cseq, Vec::new(), String::new())
    }

    fn print(&self, method: Method, cseq: u32, extra: Vec<(&'static str, String)>, body: String) -> Request {
        let via = Via {
            version: Version::V2,
            transport: self.here.transport,
            uri: self.here.host.clone().into(),
            params: vec![make_via_branch(), rsipstack::rsip::Param::Rport(None)],
        };
        let mut headers = vec![Header::Via(via.into())];
        headers.extend(self.routes.iter().map(|route| make_header("Route", route.clone())));
        for (name, value) in [
            ("Max-Forwards", "70".to_owned()),
            ("From", self.local.clone()),
            ("To", self.remote.clone()),
            ("Call-ID", self.call_id.clone()),
            ("CSeq", format!("{cseq} {method}")),
            ("Contact", self.contact()),
            ("User-Agent", self.here.product.clone()),
        ] {
            headers.push(make_header(name, value));
        }
        if matches!(method, Method::Invite | Method::Update) {
            headers.push(make_header("Supported", super::reply::SUPPORTED.to_owned()));
            headers.push(make_header("Allow", super::reply::ALLOW.to_owned()));
        }
        headers.extend(extra.into_iter().map(|(name, value)| make_header(name, value)));
        if !body.is_empty() {
            headers.push(make_header("Content-Type", "application/sdp".to_owned()));
        }
        headers.push(make_header("Content-Length", body.len().to_string()));
        Request {
            method,
            uri: self.target.clone(),
            version: Version::V2,
            headers: headers.into(),
            body: body.into_bytes(),
        }
    }

    /// Prints an answer to a request of the dialog, the INVITE included.
    pub(crate) fn respond(
        &self,
        request: &Request,
        status: u16,
        reason: Option<String>,
        extra: Vec<(&'static str, String)>,
        sdp: Option<String>,
    ) -> Response {
        let mut headers = Vec::with_capacity(16);
        for header in request.headers.iter() {
            match header {
                Header::Via(_) | Header::From(_) | Header::CallId(_) | Header::CSeq(_) => {
                    headers.push(header.clone())
                }
                Header::RecordRoute(_) if status < 300 => headers.push(header.clone()),
                Header::To(to) => {
                    headers.push(make_header("To", with_tag(to.value(), &self.local_tag)));
                }
                _ => {}
            }
        }
        if status < 300 {
            headers.push(make_header("Contact", self.contact()));
        }
        headers.extend(extra.into_iter().map(|(name, value)| make_header(name, value)));
        headers.push(make_header("Server", self.here.product.clone()));
        let body = sdp.unwrap_or_default();
        if !body.is_empty() {
            headers.push(make_header("Content-Type", "application/sdp".to_owned()));
        }
        headers.push(make_header("Content-Length", body.len().to_string()));
        Response {
            // The library prints its own words for a status that it knows; `Other` lets us choose.
            status_code: match reason {
                Some(reason) if status >= 300 => StatusCode::Other(status, reason),
                _ => StatusCode::from(status),
            },
            wire_reason: None,
            version: Version::V2,
            headers: headers.into(),
            body: body.into_bytes(),
        }
    }
}

/// A To or From value with the tag, unless it has one.
fn with_tag(value: &str, tag: &str) -> String {
    match super::wire::address(value) {
        Ok(address) if address.param("tag").is_none() => format!("{value};tag={tag}"),
        _ => value.to_owned(),
    }
}

fn contact_uri(request: &Request) -> Option<Uri> {
    let mut uri = request.contact_header().ok()?.clone().typed().ok()?.uri;
    // RFC 3261 19.1.1: a request URI has no headers.
    uri.headers = Default::default();
    Some(uri)
}

/// All values of one kind of header.
pub(crate) fn values<'h>(headers: &'h Headers, pick: impl Fn(&'h Header) -> Option<&'h str>) -> Vec<String> {
    headers.iter().filter_map(pick).map(str::to_owned).collect()
}
