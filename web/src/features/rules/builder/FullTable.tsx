import { Alert } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TableContent } from '../../../api/automation';
import { useTheme } from '../../../lib/theme';
import { isOfCard } from '../../../ui/decision/fields';
import { useBuilder } from './Builder';

const PAGE = '/jdm/index.html';
/** After this the page of the editor is not there: this server was built without it. */
const PATIENCE_MS = 10_000;

interface Column {
  field: string;
  name: string;
  items?: Column[];
}

/** The fields as the editor wants them: a tree by the parts of their paths. */
export function tree(paths: readonly { path: string; title: string }[]): Column[] {
  const roots: Column[] = [];
  for (const { path, title } of paths) {
    const [root = '', ...rest] = path.split('.');
    if (rest.length === 0) continue;
    let branch = roots.find((one) => one.field === root);
    if (!branch) {
      branch = { field: root, name: root, items: [] };
      roots.push(branch);
    }
    branch.items?.push({ field: rest.join('.'), name: title });
  }
  return roots;
}

/** The editor of GoRules, a page of its own in a frame; what is changed there comes back as messages. */
export default function FullTable({
  table,
  onChange,
}: {
  table: TableContent;
  onChange(table: TableContent): void;
}) {
  const { t, i18n } = useTranslation();
  const theme = useTheme((store) => store.shown);
  const { fields, mayWrite } = useBuilder();
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [missing, setMissing] = useState(false);
  // What the frame shows already: its own changes are not sent back to it.
  const there = useRef<string>('');
  const latest = useRef(onChange);
  latest.current = onChange;
  // An effect, because the frame speaks when it wants.
  useEffect(() => {
    const hear = ({ source, origin, data }: MessageEvent) => {
      if (source !== frame.current?.contentWindow || origin !== location.origin) return;
      if (data?.type === 'jdm.ready') setReady(true);
      if (data?.type !== 'jdm.changed') return;
      there.current = JSON.stringify(data.table);
      latest.current(data.table);
    };
    window.addEventListener('message', hear);
    const patience = setTimeout(() => setMissing(true), PATIENCE_MS);
    return () => {
      window.removeEventListener('message', hear);
      clearTimeout(patience);
    };
  }, []);
  const columns = JSON.stringify(tree(fields.filter((field) => !isOfCard(field))));
  // An effect, because the frame is outside of what React draws.
  useEffect(() => {
    const text = JSON.stringify(table);
    const shown = `${theme} ${i18n.language} ${mayWrite} ${columns}`;
    if (!ready || there.current === text + shown) return;
    const own = there.current === text;
    there.current = text + shown;
    if (own) return;
    frame.current?.contentWindow?.postMessage(
      {
        type: 'jdm.show',
        table,
        theme,
        language: i18n.language,
        disabled: !mayWrite,
        fields: JSON.parse(columns),
      },
      location.origin,
    );
  }, [ready, table, theme, i18n.language, mayWrite, columns]);
  return (
    <>
      {missing && !ready ? (
        <Alert type="warning" className="gap" title={t('rules.builder.table.noFull')} />
      ) : null}
      <iframe
        ref={frame}
        className="full-table"
        title={t('rules.builder.modes.table')}
        src={PAGE}
        data-ready={ready}
      />
    </>
  );
}
