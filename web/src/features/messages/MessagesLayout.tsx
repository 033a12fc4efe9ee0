import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation, useNavigate } from 'react-router';
import { useMe } from '../../api/session';
import { can } from '../../lib/can';
import './messages.css';

const TABS = [
  { key: '', label: 'sent', needs: 'message.read' },
  { key: 'templates', label: 'templates', needs: 'template.read' },
  { key: 'links', label: 'links', needs: 'link.read' },
] as const;

/** Messages, the templates they are made from, and the links over which they leave. */
export default function MessagesLayout() {
  const { t } = useTranslation();
  const { operations } = useMe();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const part = pathname.split('/')[3] ?? '';
  const tab = TABS.find((one) => one.key && one.key === part)?.key ?? '';
  return (
    <div className="page">
      <Segmented
        className="message-tabs"
        aria-label={t('automation.messages')}
        value={tab}
        onChange={(key) => void navigate(`/automation/messages${key ? `/${key}` : ''}`)}
        options={TABS.map(({ key, label, needs }) => ({
          value: key,
          label: t(`messages.${label}`),
          disabled: !can(operations, needs),
        }))}
      />
      <Outlet />
    </div>
  );
}
