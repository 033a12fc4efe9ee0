import {
  ApartmentOutlined,
  DownloadOutlined,
  PlayCircleOutlined,
  RedoOutlined,
  UndoOutlined,
  UploadOutlined,
} from '@ant-design/icons';
import { Button, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { matches } from '../../../lib/search';
import { useSay } from '../../../ui/say';
import { arranged } from '../model/arrange';
import { place } from '../model/edit';
import { exportFlow, importFlow } from './files';
import { useDefinition, useEditor, useEditorStore } from './store';
import type { Saving } from './useServer';
import { summary, useFlowWords } from './words';

function Search() {
  const { t } = useTranslation();
  const store = useEditorStore();
  const { nodes } = useDefinition();
  const words = useFlowWords();
  const options = Object.entries(nodes).map(([key, body]) => ({
    value: key,
    label: `${key} · ${words.type(body.type)} ${summary(body)}`,
  }));
  return (
    <Select
      id="flow-search"
      size="small"
      style={{ width: 240 }}
      aria-label={t('flows.search')}
      placeholder={t('flows.search')}
      value={null}
      options={options}
      popupMatchSelectWidth={360}
      showSearch={{ filterOption: (text, option) => matches(option?.label ?? '', text) }}
      onSelect={(key: string | null) => key && store.getState().show(key)}
    />
  );
}

/** Above the canvas: what is done to the flow as a whole. */
export function Toolbar({ saving, onTry }: { saving: Saving | undefined; onTry(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const store = useEditorStore();
  const { readOnly, catalogue } = store;
  const definition = useDefinition();
  const canUndo = useEditor((editor) => editor.history.past.length > 0);
  const canRedo = useEditor((editor) => editor.history.future.length > 0);
  const errors = useEditor((editor) => editor.faults.filter((f) => f.severity === 'error').length);
  const { undo, redo, edit, replace, choose, showAll } = store.getState();
  return (
    <div className="flow-toolbar">
      <Button
        size="small"
        icon={<UndoOutlined aria-hidden />}
        disabled={!canUndo}
        aria-label={t('flows.undo')}
        title={`${t('flows.undo')} (Ctrl+Z)`}
        onClick={undo}
      />
      <Button
        size="small"
        icon={<RedoOutlined aria-hidden />}
        disabled={!canRedo}
        aria-label={t('flows.redo')}
        title={`${t('flows.redo')} (Ctrl+Y)`}
        onClick={redo}
      />
      <Button
        size="small"
        icon={<ApartmentOutlined aria-hidden />}
        disabled={readOnly}
        onClick={() => {
          edit((graph) => place(graph, arranged(graph, catalogue)));
          showAll();
        }}
      >
        {t('flows.arrange')}
      </Button>
      <Search />
      <span className="grow" />
      {saving ? (
        <span className="dim saving" data-state={saving.state} role="status">
          {t(`flows.saving.${saving.state}`)}
        </span>
      ) : null}
      <Button
        size="small"
        type="text"
        onClick={() => choose([])}
        title={t('flows.faults', { n: errors })}
      >
        {errors > 0 ? (
          <Tag color="error">{t('flows.errors', { n: errors })}</Tag>
        ) : (
          <Tag color="success">{t('flows.noFaults')}</Tag>
        )}
      </Button>
      <Button
        size="small"
        icon={<UploadOutlined aria-hidden />}
        disabled={readOnly}
        onClick={() =>
          void importFlow(definition).then((next) => {
            if (!next) return;
            replace(next);
            showAll();
          }, say.failed)
        }
      >
        {t('flows.import')}
      </Button>
      <Button
        size="small"
        icon={<DownloadOutlined aria-hidden />}
        onClick={() => exportFlow(definition)}
      >
        {t('flows.export')}
      </Button>
      <Button
        size="small"
        type="primary"
        ghost
        icon={<PlayCircleOutlined aria-hidden />}
        onClick={onTry}
      >
        {t('flows.try')}
      </Button>
    </div>
  );
}
