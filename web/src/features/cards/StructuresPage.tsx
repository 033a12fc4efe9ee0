import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { PageHead } from '../../ui/PageHead';
import { AttributesTab } from './structures/AttributesTab';
import { KindsTab } from './structures/KindsTab';
import { LinkKindsTab } from './structures/LinkKindsTab';
import { TransferTab } from './structures/TransferTab';
import './cards.css';

/** What cards are made of: attributes, kinds and links, changed by administrators without code. */
export default function StructuresPage() {
  const { t } = useTranslation();
  const { tab = 'attributes' } = useParams();
  const navigate = useNavigate();
  return (
    <div className="page">
      <PageHead title={t('automation.structures')} note={t('cards.structures.note')} />
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate(`/automation/structures/${key}`)}
        destroyOnHidden
        items={[
          {
            key: 'attributes',
            label: t('cards.structures.attributes'),
            children: <AttributesTab />,
          },
          { key: 'kinds', label: t('cards.structures.kinds'), children: <KindsTab /> },
          { key: 'links', label: t('cards.structures.linkKinds'), children: <LinkKindsTab /> },
          { key: 'transfer', label: t('cards.structures.transfer'), children: <TransferTab /> },
        ]}
      />
    </div>
  );
}
