import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirst } from '../../ui/focusFirst';

/** A refusal tells the author what must change. */
export function RefuseDialog({
  onRefuse,
  onClose,
}: {
  onRefuse(reason: string): Promise<void>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  return (
    <Modal
      afterOpenChange={focusFirst}
      open
      title={t('rules.life.refuse')}
      okText={t('rules.life.refuse')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !reason.trim() }}
      onCancel={onClose}
      onOk={() => onRefuse(reason.trim())}
    >
      <Input.TextArea
        rows={3}
        maxLength={1000}
        aria-label={t('rules.life.refuseReason')}
        placeholder={t('rules.life.refuseReason')}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  );
}
