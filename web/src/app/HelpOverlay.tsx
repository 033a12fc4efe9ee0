import { Modal, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Action, keyLabel, SHORTCUTS } from '../lib/keys';
import { setPref, usePrefs } from '../lib/prefs';

export default function HelpOverlay({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const shortcuts = usePrefs((prefs) => prefs.shortcuts);
  return (
    <Modal open onCancel={onClose} footer={null} title={t('help.title')} width={520}>
      <table className="help-table">
        <tbody>
          {(Object.keys(SHORTCUTS) as Action[]).map((action) => (
            <tr key={action}>
              <td>
                <kbd>{keyLabel(action)}</kbd>
              </td>
              <td>{t(`help.${action}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">{t('help.note')}</p>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control */}
      <label className="row">
        <Switch
          checked={shortcuts}
          onChange={(on) => setPref('shortcuts', on)}
          aria-label={t('help.on')}
        />
        {t('help.on')}
      </label>
    </Modal>
  );
}
