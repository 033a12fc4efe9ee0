import { InputNumber, Modal, Radio, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** For everybody, or beside what is live for a share of the customers. */
export function LaunchDialog({
  beside,
  onLaunch,
  onClose,
}: {
  /** Whether there is a live version to compare with. */
  beside: boolean;
  onLaunch(percent: number | undefined): Promise<void>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [part, setPart] = useState(false);
  const [percent, setPercent] = useState(50);
  return (
    <Modal
      open
      title={t('rules.life.launch')}
      okText={t('rules.life.launch')}
      cancelText={t('common.cancel')}
      onCancel={onClose}
      onOk={() => onLaunch(part ? percent : undefined)}
    >
      <Radio.Group value={part} onChange={(event) => setPart(event.target.value === true)}>
        <Space orientation="vertical">
          <Radio value={false}>{t('rules.life.launchWhole')}</Radio>
          <Radio value={true} disabled={!beside}>
            {t('rules.life.launchPart')}
          </Radio>
        </Space>
      </Radio.Group>
      {part ? (
        <div className="rule-share">
          <InputNumber
            min={1}
            max={99}
            precision={0}
            suffix="%"
            aria-label={t('rules.life.launchPercent')}
            value={percent}
            onChange={(value) => setPercent(value ?? 50)}
          />
          <span>{t('rules.life.launchPercent')}</span>
          <p className="dim">{t('rules.life.launchNote')}</p>
        </div>
      ) : null}
    </Modal>
  );
}
