#![expect(clippy::as_conversions, reason = "tests make tones")]

use super::*;

fn tone(spec: WavSpec, seconds: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).unwrap();
    for n in 0..spec.sample_rate * seconds {
        let phase = f64::from(n) * 440.0 * std::f64::consts::TAU / f64::from(spec.sample_rate);
        for _ in 0..spec.channels {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample((phase.sin() * 0.5) as f32).unwrap(),
                SampleFormat::Int => {
                    let loudest = f64::from(1_u32 << (spec.bits_per_sample - 2));
                    writer.write_sample((phase.sin() * loudest) as i32).unwrap();
                }
            }
        }
    }
    writer.finalize().unwrap();
    file.into_inner()
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
    WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

#[test]
fn any_pcm_file_becomes_eight_kilohertz_mono_and_keeps_its_tone() {
    for spec in [
        spec(1, 8_000, 16, SampleFormat::Int),
        spec(2, 44_100, 16, SampleFormat::Int),
        spec(1, 48_000, 24, SampleFormat::Int),
        spec(2, 16_000, 32, SampleFormat::Float),
        spec(1, 22_050, 8, SampleFormat::Int),
    ] {
        let converted = convert(&tone(spec, 1)).unwrap();
        let mut reader = WavReader::new(Cursor::new(converted.file)).unwrap();
        let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();

        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (1, SAMPLE_RATE), "{spec:?}");
        assert!((990..=1_010).contains(&converted.duration_ms), "{spec:?}: {}", converted.duration_ms);
        let crossings = samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!((436..=444).contains(&crossings), "{spec:?}: {crossings} waves in a second of 440 Hz");
        let loudest = samples.iter().skip(200).map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((15_000..18_000).contains(&loudest), "{spec:?}: {loudest}");
    }
}

#[test]
fn a_file_that_is_no_prompt_is_refused_with_the_reason() {
    let many = convert(&tone(spec(3, 8_000, 16, SampleFormat::Int), 1)).unwrap_err();
    let empty = convert(&tone(spec(1, 8_000, 16, SampleFormat::Int), 0)).unwrap_err();
    let text = convert(b"not a sound").unwrap_err();
    let cut = convert(&tone(spec(1, 8_000, 16, SampleFormat::Int), 1)[..1_000]).unwrap_err();

    assert!(matches!(many, NotPrompt::Channels(3)));
    assert!(matches!(empty, NotPrompt::Empty));
    assert!(matches!(text, NotPrompt::Unreadable(_)));
    assert!(matches!(cut, NotPrompt::Unreadable(_)));
}
