//! A double of the Bot API: the real one can not run here. It checks requests as strictly as Telegram documents them,
//! holds long polls open, forgets updates only when a higher offset confirms them, and fails on demand.

use actix_web::web::{Bytes, Data, Path, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The token of the bot.
pub const TOKEN: &str = "123456:AAF-test_secret";
/// The person who writes; in a chat with a person the chat has the person's number.
pub const PERSON: i64 = 7_001;

/// How the next request of a method fails.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    TooMany(u32),
    Conflict,
    Broken,
    Blocked,
}

/// A request that was answered well.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub body: Value,
    pub at: Instant,
}

#[derive(Default)]
struct State {
    updates: VecDeque<Value>,
    next: i64,
    calls: Vec<Call>,
    polls: usize,
    failures: Vec<(&'static str, Failure)>,
    failed: Vec<(String, Instant)>,
    wrong: Vec<String>,
    poller: u64,
    messages: i64,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    changed: Notify,
}

/// The double, listening on a port of its own until it is dropped.
pub struct Double {
    pub url: String,
    inner: Arc<Inner>,
    handle: actix_web::dev::ServerHandle,
}

impl Drop for Double {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Double {
    pub fn start() -> Self {
        let inner = Arc::new(Inner::default());
        inner.state.lock().unwrap().next = 900_000_001;
        let data = Data::from(Arc::clone(&inner));
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).route("/bot{token}/{method}", to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, inner, handle }
    }

    fn add(&self, mut update: Value) {
        let mut state = self.inner.state.lock().unwrap();
        update["update_id"] = json!(state.next);
        state.next += 1;
        state.updates.push_back(update);
        drop(state);
        self.inner.changed.notify_waiters();
    }

    /// An update that is delivered as it is, whatever it is.
    pub fn raw(&self, update: Value) {
        self.add(update);
    }

    /// The person writes.
    pub fn write(&self, text: &str) {
        self.add(json!({ "message": message(PERSON, &json!({ "text": text })) }));
    }

    /// The person shares a contact.
    pub fn share(&self, phone: &str, of: i64) {
        let contact = json!({ "phone_number": phone, "first_name": "Anna", "user_id": of });
        self.add(json!({ "message": message(PERSON, &json!({ "contact": contact })) }));
    }

    /// The person presses the button with this label, of the last message that has one.
    pub fn press(&self, label: &str) {
        let data = self.button(label);
        assert!(data.is_some(), "no button {label} in {:?}", self.said());
        self.add(json!({ "callback_query": {
            "id": format!("press-{label}"), "from": person(PERSON), "chat_instance": "1", "data": data,
            "message": message(PERSON, &json!({ "text": "…" })),
        } }));
    }

    fn button(&self, label: &str) -> Option<String> {
        let state = self.inner.state.lock().unwrap();
        let buttons = state
            .calls
            .iter()
            .rev()
            .filter_map(|call| call.body["reply_markup"]["inline_keyboard"].as_array());
        let buttons = buttons.flatten().flat_map(|row| row.as_array().unwrap());
        let found = buttons
            .filter(|button| button["text"] == label)
            .map(|button| button["callback_data"].as_str().unwrap().to_owned());
        found.into_iter().next()
    }

    pub fn fail(&self, method: &'static str, failure: Failure) {
        self.inner.state.lock().unwrap().failures.push((method, failure));
    }

    /// When requests of a method failed as they were told to.
    pub fn failed(&self, method: &str) -> Vec<Instant> {
        let state = self.inner.state.lock().unwrap();
        state.failed.iter().filter(|(failed, _)| failed == method).map(|(_, at)| *at).collect()
    }

    pub fn calls(&self, method: &str) -> Vec<Call> {
        let state = self.inner.state.lock().unwrap();
        state.calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// All that the person read, in order.
    pub fn said(&self) -> Vec<String> {
        self.calls("sendmessage").iter().map(|call| call.body["text"].as_str().unwrap().to_owned()).collect()
    }

    pub fn polls(&self) -> usize {
        self.inner.state.lock().unwrap().polls
    }

    /// Updates that nobody confirmed yet.
    pub fn open(&self) -> usize {
        self.inner.state.lock().unwrap().updates.len()
    }

    /// What did not keep to the documentation of the Bot API.
    pub fn wrong(&self) -> Vec<String> {
        self.inner.state.lock().unwrap().wrong.clone()
    }

    /// Waits until something holds; says what was said when it does not come.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !holds(self) {
            let changed = self.inner.changed.notified();
            assert!(
                Instant::now() < end,
                "{what} did not come; said: {:#?}; wrong: {:?}",
                self.said(),
                self.wrong()
            );
            let _ = tokio::time::timeout(Duration::from_millis(100), changed).await;
        }
    }

    /// Waits for a new message with this part, and for a button in or below it.
    pub async fn told(&self, seen: &mut usize, part: &str) -> String {
        self.until(part, |double| double.said().iter().skip(*seen).any(|text| text.contains(part))).await;
        let said = self.said();
        let (place, text) =
            said.iter().enumerate().skip(*seen).find(|(_, text)| text.contains(part)).unwrap();
        *seen = place + 1;
        text.clone()
    }
}

fn person(id: i64) -> Value {
    json!({ "id": id, "is_bot": false, "first_name": "Anna", "language_code": "en" })
}

fn message(from: i64, content: &Value) -> Value {
    let mut message = json!({
        "message_id": 1, "date": 1_772_442_000, "from": person(from),
        "chat": { "id": from, "type": "private", "first_name": "Anna" },
    });
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    message
}

async fn answer(
    request: HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
    inner: Data<Inner>,
) -> HttpResponse {
    let (token, method) = path.into_inner();
    // Telegram takes method names in any case.
    let method = method.to_lowercase();
    if token != TOKEN {
        return refuse(401, "Unauthorized", json!(null));
    }
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let read: Option<Value> = serde_json::from_slice(&body).ok();
    let Some(body) =
        read.filter(|body| body.is_object() && request.method() == "POST" && kind == "application/json")
    else {
        return inner.wrong(&format!("{method}: {} {kind} {body:?}", request.method()));
    };
    if let Some(failure) = inner.failure(&method) {
        return match failure {
            Failure::TooMany(seconds) => {
                let text = format!("Too Many Requests: retry after {seconds}");
                refuse(429, &text, json!({ "retry_after": seconds }))
            }
            Failure::Conflict => conflict(),
            Failure::Broken => HttpResponse::BadGateway().body("<html>Bad Gateway</html>"),
            Failure::Blocked => refuse(403, "Forbidden: bot was blocked by the user", json!(null)),
        };
    }
    match method.as_str() {
        "getupdates" => updates(&inner, &body).await,
        "sendmessage" => send(&inner, body),
        "answercallbackquery" => {
            let id = body["callback_query_id"].as_str().unwrap_or_default();
            let note = body["text"].as_str().unwrap_or_default();
            if id.is_empty() || note.chars().count() > 200 {
                return inner.wrong(&format!("answerCallbackQuery {body}"));
            }
            inner.note(&method, body);
            HttpResponse::Ok().json(json!({ "ok": true, "result": true }))
        }
        _ => inner.wrong(&format!("no method {method} is known here")),
    }
}

/// A second question ends the first (409), and updates stay until a higher offset confirms them.
async fn updates(inner: &Inner, body: &Value) -> HttpResponse {
    let number =
        |name: &str, or: i64| body.get(name).filter(|value| !value.is_null()).map_or(Some(or), Value::as_i64);
    let (Some(offset), Some(limit), Some(timeout)) =
        (number("offset", 0), number("limit", 100), number("timeout", 0))
    else {
        return inner.wrong(&format!("getUpdates {body}"));
    };
    if !(1..=100).contains(&limit) || !(1..=50).contains(&timeout) || offset < 0 {
        return inner.wrong(&format!("getUpdates {body}"));
    }
    let own = {
        let mut state = inner.state.lock().unwrap();
        state.polls += 1;
        state.poller += 1;
        state.updates.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
        state.poller
    };
    inner.changed.notify_waiters();
    let end = Instant::now() + Duration::from_secs(u64::try_from(timeout).unwrap());
    loop {
        let changed = inner.changed.notified();
        {
            let state = inner.state.lock().unwrap();
            if state.poller != own {
                return conflict();
            }
            let there: Vec<Value> =
                state.updates.iter().take(usize::try_from(limit).unwrap()).cloned().collect();
            if !there.is_empty() || Instant::now() >= end {
                return HttpResponse::Ok().json(json!({ "ok": true, "result": there }));
            }
        }
        let _ = tokio::time::timeout(end.saturating_duration_since(Instant::now()), changed).await;
    }
}

fn send(inner: &Inner, body: Value) -> HttpResponse {
    let text = body["text"].as_str().unwrap_or_default();
    let fits = body["chat_id"].is_i64()
        && !text.trim().is_empty()
        && text.encode_utf16().count() <= 4_096
        && body.get("parse_mode").is_none_or(Value::is_null)
        && fits_keyboard(&body["reply_markup"]);
    if !fits {
        return inner.wrong(&format!("sendMessage {body}"));
    }
    let (chat, text) = (body["chat_id"].clone(), text.to_owned());
    inner.note("sendmessage", body);
    let mut state = inner.state.lock().unwrap();
    state.messages += 1;
    let result = json!({
        "message_id": state.messages, "date": 1_772_442_000, "text": text,
        "chat": { "id": chat, "type": "private", "first_name": "Anna" },
        "from": { "id": 123_456, "is_bot": true, "first_name": "Rules" },
    });
    HttpResponse::Ok().json(json!({ "ok": true, "result": result }))
}

fn fits_keyboard(markup: &Value) -> bool {
    let rows = |name: &str| {
        markup[name]
            .as_array()
            .map(|rows| rows.iter().flat_map(|row| row.as_array().unwrap()).collect::<Vec<_>>())
    };
    let has_text = |button: &&Value| !button["text"].as_str().unwrap_or_default().is_empty();
    if let Some(buttons) = rows("inline_keyboard") {
        let fits =
            |button: &Value| (1..=64).contains(&button["callback_data"].as_str().unwrap_or_default().len());
        return (1..=100).contains(&buttons.len())
            && buttons.iter().all(|button| has_text(button) && fits(button));
    }
    if let Some(buttons) = rows("keyboard") {
        return buttons.iter().all(has_text);
    }
    markup.is_null() || markup["remove_keyboard"] == true
}

fn refuse(status: u16, text: &str, parameters: Value) -> HttpResponse {
    let mut body = json!({ "ok": false, "error_code": status, "description": text });
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).json(body)
}

fn conflict() -> HttpResponse {
    let text =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    refuse(409, text, json!(null))
}

impl Inner {
    fn wrong(&self, what: &str) -> HttpResponse {
        self.state.lock().unwrap().wrong.push(what.to_owned());
        refuse(400, &format!("Bad Request: {what}"), json!(null))
    }

    fn failure(&self, method: &str) -> Option<Failure> {
        let mut state = self.state.lock().unwrap();
        let place = state.failures.iter().position(|(failing, _)| failing.to_lowercase() == method)?;
        state.failed.push((method.to_owned(), Instant::now()));
        Some(state.failures.remove(place).1)
    }

    fn note(&self, method: &str, body: Value) {
        let call = Call { method: method.to_owned(), body, at: Instant::now() };
        self.state.lock().unwrap().calls.push(call);
        self.changed.notify_waiters();
    }
}
