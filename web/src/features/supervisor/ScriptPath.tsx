import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contactScripts } from '../../api/flows';
import type { WalkedScript } from '../../api/work-types';
import { clock } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';

const said = (value: unknown, yes: string, no: string) =>
  typeof value === 'boolean'
    ? value
      ? yes
      : no
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

function Walk({ walk }: { walk: WalkedScript }) {
  const { t } = useTranslation();
  return (
    <>
      <h3>
        {walk.title || walk.flow}
        {walk.version ? (
          <span className="dim"> · {t('flows.versionN', { n: walk.version })}</span>
        ) : null}
      </h3>
      <ol className="timeline">
        {walk.path.map((visit) => (
          <li key={visit.node + visit.at}>
            <span className="digits dim">{clock(Date.parse(visit.at))}</span>
            <div>
              <strong>{visit.title || visit.node}</strong>
              {visit.button ? <span className="dim"> · {visit.button}</span> : null}
              {visit.notice ? <div className="dim">{visit.notice}</div> : null}
              {Object.entries(visit.answers ?? {}).map(([key, value]) => (
                <div key={key} className="payload">
                  {key}: {said(value, t('common.yes'), t('common.no'))}
                </div>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Which scripts were walked in a contact, with the answers and the times. */
export default function ScriptPath({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const walks = useQuery({
    queryKey: ['/contacts', contact, 'script-runs'],
    queryFn: () => contactScripts(contact),
  });
  const items = walks.data?.items ?? [];
  if (!walks.error && items.length === 0) return null;
  return (
    <section className="panel block" aria-label={t('script.walked')}>
      <h2>{t('script.walked')}</h2>
      <ProblemNote error={walks.error} onRetry={() => void walks.refetch()} />
      {items.map((walk) => (
        <Walk key={walk.id} walk={walk} />
      ))}
    </section>
  );
}
