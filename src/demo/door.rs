//! The way in over HTTP: sign in, read the organisation's words, sign out.

use super::DemoError;
use super::operator::Words;
use reqwest::header::{COOKIE, RETRY_AFTER, SET_COOKIE};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A server that has not answered by then is not there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// The HTTP side of a server.
#[derive(Clone, Debug)]
pub struct Door {
    client: Client,
    /// Such as `127.0.0.1:8080`.
    pub host: String,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What was typed.
    pub login: String,
    /// `name=value` of the session cookie.
    pub cookie: String,
}

impl Door {
    /// The server at `url`.
    ///
    /// # Errors
    /// [`DemoError::Url`] when it is no plain HTTP address.
    pub fn new(url: &str) -> Result<Self, DemoError> {
        let host = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let host = host.filter(|host| !host.is_empty() && !host.contains('/'));
        let host = host.ok_or_else(|| DemoError::Url(url.to_owned()))?.to_owned();
        platform::tls::choose();
        let client = Client::builder().timeout(ANSWERS_WITHIN).build().map_err(DemoError::Client)?;
        Ok(Self { client, host })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.host)
    }

    fn no_answer(&self, error: reqwest::Error) -> DemoError {
        DemoError::NotRunning { host: self.host.clone(), source: Box::new(error) }
    }

    /// Signs in.
    ///
    /// # Errors
    /// [`DemoError`] says what to do about it.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<SignedIn, DemoError> {
        let body = json!({"login": login, "password": password});
        let asked = self.client.post(self.url("/session")).json(&body).send().await;
        let answer = asked.map_err(|error| self.no_answer(error))?;
        let login = login.to_owned();
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(DemoError::WrongPassword { login }),
            StatusCode::LOCKED | StatusCode::TOO_MANY_REQUESTS => {
                let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                return Err(DemoError::Locked { login, seconds: after.unwrap_or("60").to_owned() });
            }
            status => {
                let detail = problem(answer).await;
                return Err(DemoError::Refused { what: format!("the sign-in of {login}"), status, detail });
            }
        }
        let cookie = answer.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
        Ok(SignedIn { login, cookie })
    }

    /// Reads what operators choose from.
    ///
    /// # Errors
    /// [`DemoError`] says what to do about it.
    pub async fn words(&self, who: &SignedIn) -> Result<Words, DemoError> {
        Ok(Words {
            reasons: self.ids(who, "/not-ready-reasons").await?,
            topics: self.ids(who, "/topics").await?,
            results: self.ids(who, "/results").await?,
        })
    }

    async fn ids(&self, who: &SignedIn, path: &str) -> Result<Vec<String>, DemoError> {
        let asked =
            self.client.get(self.url(&format!("{path}?limit=500"))).header(COOKIE, &who.cookie).send();
        let answer = asked.await.map_err(|error| self.no_answer(error))?;
        let status = answer.status();
        if status != StatusCode::OK {
            let detail = problem(answer).await;
            return Err(DemoError::Refused { what: format!("reading {path}"), status, detail });
        }
        let page: Value = answer.json().await.map_err(|error| self.no_answer(error))?;
        let items = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(items.iter().filter_map(|item| item.get("id")?.as_str().map(str::to_owned)).collect())
    }

    /// Signs out. Whether it worked matters to nobody: the session ends by itself.
    pub async fn sign_out(&self, who: &SignedIn) {
        let _gone_anyway = self.client.delete(self.url("/session")).header(COOKIE, &who.cookie).send().await;
    }
}

async fn problem(answer: reqwest::Response) -> String {
    let body: Value = answer.json().await.unwrap_or_default();
    body.get("detail").and_then(Value::as_str).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_addresses_are_taken() {
        assert_eq!(Door::new("http://127.0.0.1:8080/").unwrap().host, "127.0.0.1:8080");
        for url in ["https://calls.example.com", "127.0.0.1:8080", "http://", "http://host/path"] {
            assert!(Door::new(url).is_err(), "{url}");
        }
    }
}
