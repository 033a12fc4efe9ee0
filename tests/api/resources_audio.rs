//! Prompts and recordings.

use crate::resources_support::{recorded, served};
use crate::support::{Answer, TestServer};
use access::{role, unit};
use base::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Cursor;

fn wav(sample_rate: u32, seconds: u32) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for n in 0..sample_rate * seconds * 2 {
        writer.write_sample(if n % 40 < 20 { 8_000_i16 } else { -8_000 }).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_replaced_by_any_wav_file_and_stays_when_the_file_is_no_good() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let path = "/api/v1/prompts/uz/welcome.wav";
    let put = async |body: Vec<u8>, path: &str| {
        Answer(
            browser
                .request(Method::PUT, path)
                .header("content-type", "audio/wav")
                .body(body)
                .send()
                .await
                .unwrap(),
        )
    };
    let shipped = browser.get(path).await;
    assert_eq!(shipped.header("content-type"), Some("audio/wav"));

    let refused = put(b"not a sound".to_vec(), path).await.expect_problem(422, "invalid").await;
    assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("WAV"));
    let uploaded = put(wav(44_100, 2), path).await.expect(StatusCode::OK).await;
    assert_eq!((&uploaded["seconds"], &uploaded["uploaded"]), (&json!(2.0), &json!(true)));
    let now = browser.get(path).await.0.bytes().await.unwrap();
    let spec = hound::WavReader::new(Cursor::new(now.to_vec())).unwrap().spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 8_000, 16));
    put(b"again no sound".to_vec(), path).await.expect_problem(422, "invalid").await;
    assert_eq!(browser.get(path).await.0.bytes().await.unwrap(), now);

    let list = browser.get("/api/v1/prompts").await.expect(StatusCode::OK).await;
    let find = |name: &str, locale: &str| -> &Value {
        let of = |row: &&Value| row["name"] == name && row["locale"] == locale;
        list.as_array().unwrap().iter().find(of).unwrap()
    };
    assert_eq!(
        (&find("welcome", "uz")["uploaded"], &find("welcome", "ru")["uploaded"]),
        (&json!(true), &json!(false))
    );
    assert!(!find("welcome", "uz")["text"].as_str().unwrap().is_empty());
    put(wav(8_000, 1), "/api/v1/prompts/uz/unheard-of.wav").await.expect_problem(404, "not-found").await;
    put(wav(8_000, 1), "/api/v1/prompts/uz/unheard-of.wav?text=Salom").await.expect(StatusCode::OK).await;
    browser.get("/api/v1/prompts/fr/welcome.wav").await.expect_problem(404, "not-found").await;
    browser.get("/api/v1/prompts/uz/..%2F..%2Fmanifest.wav").await.expect_problem(404, "not-found").await;
}

/// CC-TEL-06: a recording is played, also in parts, and who played it is in the security log.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_played_in_parts_and_every_play_is_written_down() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::SUPERVISOR).await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let now = server.clock.now();
    let mut db = server.db.pool().acquire().await.unwrap();
    let contact = served(&mut db, (1, "+998901234567"), None, Some(anna.into()), now).await;
    let silent = served(&mut db, (2, "+998901234567"), None, Some(anna.into()), now).await;
    let audio: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    recorded(&mut db, &server.stub, contact, &audio, now).await;
    let path = format!("/api/v1/contacts/{contact}/recording");
    let part = async |range: &str| {
        Answer(browser.request(Method::GET, &path).header("range", range).send().await.unwrap())
    };

    let whole = browser.get(&path).await;
    assert_eq!((whole.status(), whole.header("content-type")), (StatusCode::OK, Some("audio/wav")));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.0.bytes().await.unwrap(), audio);
    let middle = part("bytes=100-199").await;
    assert_eq!(
        (middle.status(), middle.header("content-range")),
        (StatusCode::PARTIAL_CONTENT, Some("bytes 100-199/10000"))
    );
    assert_eq!(middle.0.bytes().await.unwrap(), audio[100..200]);
    part("bytes=10000-").await.expect_problem(416, "range-not-satisfiable").await;
    browser.get(&format!("/api/v1/contacts/{silent}/recording")).await.expect_problem(404, "not-found").await;
    let operator = server.session_of(anna).await;
    operator.get(&path).await.expect_problem(403, "forbidden").await;

    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let log = "/api/v1/events?journal=security&kind=telephony.recording_played.v1";
    let log = administrator.get(log).await.expect(StatusCode::OK).await;
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
    assert_eq!(log["items"][0]["author"]["kind"], "person");
}
