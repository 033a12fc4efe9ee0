import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeType } from '../../../api/flow-types';
import { matches } from '../../../lib/search';
import { DRAGGED } from './Canvas';
import { NodeIcon } from './NodeIcon';
import { useEditorStore } from './store';
import { useFlowWords } from './words';

/** What can be put into this kind of flow: dragged onto the canvas, or pressed to be added behind the chosen node. */
export function PalettePane() {
  const { t, i18n } = useTranslation();
  const store = useEditorStore();
  const { catalogue } = store;
  const words = useFlowWords();
  const [query, setQuery] = useState('');
  const groups = new Map<string, NodeType[]>();
  for (const type of catalogue.types.values()) {
    if (!matches(`${words.type(type.type)} ${type.type}`, query)) continue;
    groups.set(type.group, [...(groups.get(type.group) ?? []), type]);
  }
  return (
    <aside className="flow-palette" aria-label={t('flows.palette')}>
      <Input
        allowClear
        size="small"
        type="search"
        aria-label={t('flows.paletteSearch')}
        placeholder={t('flows.paletteSearch')}
        onChange={(event) => setQuery(event.target.value)}
      />
      {[...groups].map(([group, types]) => (
        <section key={group}>
          <h2>{words.group(group)}</h2>
          {types.map((type) => (
            <button
              type="button"
              key={type.type}
              className="palette-node"
              data-group={group}
              draggable
              title={i18n.language === 'en' ? (type.description ?? '') : ''}
              onDragStart={(event) => {
                event.dataTransfer.setData(DRAGGED, type.type);
                event.dataTransfer.effectAllowed = 'copy';
              }}
              onClick={() => store.getState().add(type)}
            >
              <NodeIcon type={type.type} />
              {words.type(type.type)}
            </button>
          ))}
        </section>
      ))}
    </aside>
  );
}
