import { Input, type InputRef, Modal } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Doable, useActions } from '../lib/actions';
import { keyLabel } from '../lib/keys';
import { matches } from '../lib/search';

/** Every page and every action, by a few letters. */
export default function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const groups = useActions((store) => store.groups);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<InputRef>(null);
  const found = useMemo(
    () =>
      Object.values(groups)
        .flat()
        .filter((action) => matches(action.label, query)),
    [groups, query],
  );
  const run = (action: Doable | undefined) => {
    if (!action || action.reason) return;
    onClose();
    action.run();
  };
  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      title={<span className="sr-only">{t('palette.title')}</span>}
      width={560}
      destroyOnHidden
      className="palette"
      afterOpenChange={(shown) => {
        if (shown) input.current?.focus();
      }}
    >
      <Input
        ref={input}
        size="large"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-label={t('palette.placeholder')}
        placeholder={t('palette.placeholder')}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
          else if (event.key === 'Enter') run(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div
        id="palette-list"
        role="listbox"
        aria-label={t('palette.title')}
        className="palette-list"
      >
        {found.length === 0 ? <p className="dim">{t('palette.nothing')}</p> : null}
        {found.map((action, index) => (
          <button
            type="button"
            role="option"
            aria-selected={index === at}
            aria-disabled={Boolean(action.reason)}
            key={action.id}
            onClick={() => run(action)}
          >
            <span>{action.label}</span>
            {action.reason ? <small>{action.reason}</small> : null}
            {action.key ? <kbd>{keyLabel(action.key)}</kbd> : null}
          </button>
        ))}
      </div>
    </Modal>
  );
}
