import { useTranslation } from 'react-i18next';
import type { AuditEvent } from '../../api/contract';
import { factsOf } from './audit';

/** The details of an event, and the codes by which programs find it. */
export function AuditDetail({ event }: { event: AuditEvent }) {
  const { t } = useTranslation();
  const facts = factsOf(event);
  const changed = facts.some((fact) => fact.before !== undefined);
  return (
    <>
      {facts.length > 0 ? (
        <table className="matrix facts-table">
          <thead>
            <tr>
              <th>{t('admin.audit.field')}</th>
              {changed ? <th>{t('admin.audit.before')}</th> : null}
              <th>{t(changed ? 'admin.audit.after' : 'admin.audit.value')}</th>
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.field}>
                <th scope="row">
                  <code>{fact.field}</code>
                </th>
                {changed ? <td className="dim">{fact.before}</td> : null}
                <td>{fact.after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <p className="dim codes">
        <code>{event.kind}</code> · {t('admin.audit.subject')} <code>{event.subject}</code>
      </p>
    </>
  );
}
