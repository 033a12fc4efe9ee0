import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { PasswordForm } from '../ui/PasswordForm';
import { useSay } from '../ui/say';

export default function PasswordDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <Modal open onCancel={onClose} footer={null} title={t('signin.change')} destroyOnHidden>
      <PasswordForm
        onDone={() => {
          say.done(t('signin.changed'));
          onClose();
        }}
      />
    </Modal>
  );
}
