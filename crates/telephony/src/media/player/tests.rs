use super::*;
use std::time::Duration;

fn write(path: &Path, channels: u16, rate: u32, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
}

#[test]
fn prompts_follow_each_other_without_a_pause_and_the_last_packet_is_padded() {
    let prompts = vec![Arc::new(Prompt::new(&[1_000; 200])), Arc::new(Prompt::new(&[2_000; 200]))];
    let mut playback = Playback::new(PlayId(1), prompts, false);
    let mut out = Vec::new();
    let mut heard = Vec::new();
    while playback.fill(G711::Pcma, 160, &mut out) {
        assert_eq!(out.len(), 160);
        heard.extend_from_slice(&out);
    }
    assert_eq!(heard.len(), 480);
    assert!(heard[..200].iter().all(|octet| *octet == heard[0]));
    assert!(heard[200..400].iter().all(|octet| *octet == heard[200]) && heard[0] != heard[200]);
    assert!(heard[400..].iter().all(|octet| *octet == G711::Pcma.silence()));
}

#[test]
fn music_begins_again_without_a_gap() {
    let mut playback = Playback::new(PlayId(1), vec![Arc::new(Prompt::new(&[1_000; 100]))], true);
    let mut out = Vec::new();
    for _ in 0..50 {
        assert!(playback.fill(G711::Pcmu, 160, &mut out));
        assert!(out.iter().all(|octet| *octet == out[0]));
    }
}

#[test]
fn an_empty_loop_ends() {
    let mut playback = Playback::new(PlayId(1), vec![Arc::new(Prompt::new(&[]))], true);
    assert!(!playback.fill(G711::Pcma, 160, &mut Vec::new()));
}

#[test]
fn any_usual_wav_is_read_as_8_khz_mono() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.wav");
    let stereo: Vec<i16> = (0..16_000).flat_map(|_| [3_000, 1_000]).collect();
    write(&path, 2, 16_000, &stereo);

    let prompt = Prompt::read(&path).unwrap();

    assert!(prompt.audio(G711::Pcma).len().abs_diff(8_000) < 100, "{}", prompt.audio(G711::Pcma).len());
    let mut linear = Vec::new();
    G711::Pcma.decode(&prompt.audio(G711::Pcma)[4_000..4_001], &mut linear);
    assert!((linear[0] - 2_000).abs() < 120, "{}", linear[0]);
}

#[test]
fn a_prompt_is_read_once_and_again_when_its_file_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    write(&path, 1, 8_000, &[500; 160]);
    let mut cache = Cache::default();

    let first = cache.get(&path).unwrap();
    assert!(Arc::ptr_eq(&first, &cache.get(&path).unwrap()));
    write(&path, 1, 8_000, &[900; 320]);
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(9))
        .unwrap();

    assert_eq!(cache.get(&path).unwrap().audio(G711::Pcma).len(), 320);
    assert_eq!(cache.size, 640);
}

#[test]
fn a_missing_or_broken_file_says_which_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.wav");
    fs::write(&broken, b"not a wav file at all").unwrap();
    let mut cache = Cache::default();
    assert!(cache.get(&broken).unwrap_err().to_string().contains("broken.wav cannot be read"));
    assert!(
        cache
            .get(&folder.path().join("none.wav"))
            .unwrap_err()
            .to_string()
            .contains("none.wav cannot be read")
    );
}
