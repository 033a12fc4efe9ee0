import { PauseOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { Button, Segmented, Slider } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { url as apiUrl } from '../../../api/http';
import { timer } from '../../../lib/format';
import { usePeaks } from './usePeaks';
import { useSides } from './useSides';
import { Wave } from './Wave';

const RATES = [1, 1.25, 1.5, 2] as const;

/**
 * Plays a recording: the browser streams it by ranges, the picture shows the caller above and the operator below.
 */
export default function Player({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const source = apiUrl(`/contacts/${contact}/recording`);
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [known, setKnown] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState(1);
  const [broken, setBroken] = useState(false);
  const picture = usePeaks(source);
  // The element only knows once it loads; the header was read for the picture.
  const length = known || picture.seconds;
  const [side, setSide] = useSides(audio);
  // An effect: the rate belongs to the element, not to what is drawn.
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = rate;
  }, [rate]);
  const seek = (seconds: number) => {
    if (audio.current) audio.current.currentTime = seconds;
    setAt(seconds);
  };
  return (
    <div className="player">
      {/* biome-ignore lint/a11y/useMediaCaption: a telephone call has no captions */}
      <audio
        ref={audio}
        src={source}
        preload="metadata"
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => setKnown(event.currentTarget.duration || 0)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={() => setBroken(true)}
      />
      {broken ? <p role="alert">{t('contacts.cannotPlay')}</p> : null}
      <div className="waves">
        {[0, 1].map((channel) => (
          <div className="wave-row" key={channel}>
            <span>{channel === 0 ? t('contacts.callerSide') : t('contacts.operatorSide')}</span>
            <Wave
              peaks={picture.channels[channel]}
              done={picture.done}
              at={length > 0 ? at / length : 0}
              colour={channel === 0 ? 'var(--st-ringing)' : 'var(--st-on-contact)'}
              onSeek={(part) => seek(part * length)}
            />
          </div>
        ))}
      </div>
      {picture.failed ? <p className="dim">{t('contacts.noPicture')}</p> : null}
      <div className="row wrap">
        <Button
          type="primary"
          icon={playing ? <PauseOutlined /> : <PlayCircleOutlined />}
          aria-label={playing ? t('contacts.pause') : t('contacts.play')}
          onClick={() => {
            if (playing) audio.current?.pause();
            else void audio.current?.play().catch(() => setBroken(true));
          }}
        >
          {playing ? t('contacts.pause') : t('contacts.play')}
        </Button>
        <span className="digits">
          {timer(at)} / {timer(length)}
        </span>
        <Slider
          className="seek"
          ariaLabelForHandle={t('contacts.position')}
          min={0}
          max={Math.max(1, length)}
          step={0.1}
          value={at}
          onChange={seek}
          tooltip={{ formatter: (value) => timer(value ?? 0) }}
        />
        <Segmented
          aria-label={t('contacts.hear')}
          value={side}
          onChange={setSide}
          options={[
            { value: 'both', label: t('contacts.both') },
            { value: 'left', label: t('contacts.callerSide') },
            { value: 'right', label: t('contacts.operatorSide') },
          ]}
        />
        <Segmented
          aria-label={t('contacts.rate')}
          value={rate}
          onChange={setRate}
          options={RATES.map((value) => ({ value, label: `${value}×` }))}
        />
      </div>
    </div>
  );
}
