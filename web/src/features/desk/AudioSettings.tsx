import { Button, Form, Select, Slider, Switch } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setPref, usePrefs } from '../../lib/prefs';
import { ringOnce } from './ring';
import { useDuty } from './useDesk';

/** The devices of this machine. An effect, because they come and go outside the page. */
function useDevices(): MediaDeviceInfo[] {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    const media = navigator.mediaDevices;
    if (!media) return;
    const read = () => void media.enumerateDevices().then(setDevices);
    read();
    media.addEventListener('devicechange', read);
    return () => media.removeEventListener('devicechange', read);
  }, []);
  return devices;
}

/** Voice in the headset, ring in the speaker, both chosen here. */
export default function AudioSettings() {
  const { t } = useTranslation();
  const { phone } = useDuty();
  const prefs = usePrefs();
  const devices = useDevices();
  const options = (kind: MediaDeviceKind) => [
    { value: '', label: t('desk.phone.default') },
    ...devices
      .filter((device) => device.kind === kind && device.deviceId && device.deviceId !== 'default')
      .map((device) => ({
        value: device.deviceId,
        label: device.label || device.deviceId.slice(0, 8),
      })),
  ];
  return (
    <Form layout="vertical" size="small" component="div">
      <Form.Item label={t('desk.phone.microphone')}>
        <Select
          aria-label={t('desk.phone.microphone')}
          value={prefs.microphone}
          options={options('audioinput')}
          onChange={(value) => {
            setPref('microphone', value);
            phone.devicesChanged();
          }}
        />
      </Form.Item>
      <Form.Item label={t('desk.phone.speaker')}>
        <Select
          aria-label={t('desk.phone.speaker')}
          value={prefs.speaker}
          options={options('audiooutput')}
          onChange={(value) => {
            setPref('speaker', value);
            phone.devicesChanged();
          }}
        />
      </Form.Item>
      <Form.Item label={t('desk.phone.ringer')}>
        <div className="row">
          <Select
            style={{ flex: 1 }}
            aria-label={t('desk.phone.ringer')}
            value={prefs.ringer}
            options={options('audiooutput')}
            onChange={(value) => setPref('ringer', value)}
          />
          <Button onClick={() => void ringOnce()}>{t('desk.phone.tryRing')}</Button>
        </div>
      </Form.Item>
      <Form.Item label={t('desk.phone.volume')}>
        <Slider
          ariaLabelForHandle={t('desk.phone.volume')}
          min={0}
          max={1}
          step={0.05}
          value={prefs.ringVolume}
          onChange={(value) => setPref('ringVolume', value)}
        />
      </Form.Item>
      <div className="row">
        <Switch
          aria-label={t('desk.phone.clean')}
          checked={prefs.cleanVoice}
          onChange={(on) => {
            setPref('cleanVoice', on);
            phone.devicesChanged();
          }}
        />
        <span>{t('desk.phone.clean')}</span>
      </div>
    </Form>
  );
}
