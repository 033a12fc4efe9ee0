import { PlusOutlined } from '@ant-design/icons';
import { Menu } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { useCan } from '../../../api/session';
import { useTable, useTables } from '../../../api/tables';
import { EmptyState } from '../../../ui/EmptyState';
import { PageHead } from '../../../ui/PageHead';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { NewTable } from './NewTable';
import { TableEditor } from './TableEditor';
import '../rules.css';

/** The reference tables of the site, each edited like a sheet. */
export default function TablesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { name } = useParams();
  const [making, setMaking] = useState(false);
  const list = useTables();
  const tables = list.data ?? [];
  const chosen = name ?? tables[0]?.name;
  const found = useTable(chosen);
  const may = useCan('rule.write');
  const open = (next: string) => navigate(`/automation/tables/${next}`);
  return (
    <div className="page">
      <PageHead title={t('automation.tables')} note={t('rules.tables.note')}>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          reason={may ? undefined : t('common.noAccess', { operation: 'rule.write' })}
          onClick={() => setMaking(true)}
        >
          {t('rules.tables.create')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      {list.data && tables.length === 0 ? (
        <div className="panel">
          <EmptyState text={t('rules.tables.none')} />
        </div>
      ) : (
        <div className="tables-page">
          <nav className="panel" aria-label={t('automation.tables')}>
            <Menu
              mode="inline"
              selectedKeys={chosen ? [chosen] : []}
              items={tables.map((table) => ({
                key: table.name,
                label: table.title || table.name,
              }))}
              onClick={({ key }) => void open(key)}
            />
          </nav>
          <div>
            <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
            {found.data ? (
              <TableEditor
                key={`${found.data.name}/${found.data.version}`}
                table={found.data}
                mayWrite={may}
              />
            ) : null}
          </div>
        </div>
      )}
      {making ? (
        <NewTable
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            void open(made);
          }}
        />
      ) : null}
    </div>
  );
}
