// The decision table editor of GoRules in a page of its own, because it wants React 18 and antd 5.
// It talks with the page around it by messages: `jdm.ready`, `jdm.show`, `jdm.changed`.
import { DecisionTable, JdmConfigProvider } from '@gorules/jdm-editor';
import '@gorules/jdm-editor/dist/style.css';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import './page.css';
import { speak } from './words.js';

const origin = window.location.origin;
const tell = (message) => window.parent.postMessage(message, origin);

function Editor() {
  const [shown, setShown] = useState();
  useEffect(() => {
    const hear = ({ source, origin: from, data }) => {
      if (source !== window.parent || from !== origin || data?.type !== 'jdm.show') return;
      document.documentElement.lang = data.language;
      document.documentElement.dataset.theme = data.theme;
      speak(data.language);
      setShown(data);
    };
    window.addEventListener('message', hear);
    tell({ type: 'jdm.ready' });
    return () => window.removeEventListener('message', hear);
  }, []);
  if (!shown) return null;
  const change = (table) => {
    setShown((now) => ({ ...now, table }));
    tell({ type: 'jdm.changed', table });
  };
  return (
    <JdmConfigProvider theme={{ mode: shown.theme }}>
      <DecisionTable
        tableHeight="100vh"
        mountDialogsOnBody
        value={shown.table}
        disabled={shown.disabled}
        inputsSchema={shown.fields}
        outputsSchema={[{ field: 'reaction', name: 'reaction' }]}
        onChange={change}
      />
    </JdmConfigProvider>
  );
}

createRoot(document.getElementById('root')).render(<Editor />);
