import { useTranslation } from 'react-i18next';
import { sayWhat } from '../../../ui/decision/sentence';
import { parseRows } from '../model/csv';
import { useBuilder } from './Builder';

/** One cell. Which reaction a row gives is chosen by what it does as long as nobody has written an expression there. */
export function Cell({
  label,
  side,
  field,
  text,
  onChange,
  onRows,
}: {
  label: string;
  side: 'inputs' | 'outputs';
  field: string;
  text: string;
  onChange(text: string): void;
  onRows(rows: string[][]): void;
}) {
  const { t } = useTranslation();
  const { document, speech, mayWrite } = useBuilder();
  const keys = document.reactions.map((reaction) => `"${reaction.key}"`);
  if (side === 'outputs' && field === 'reaction' && (text === '' || keys.includes(text)))
    return (
      <select
        aria-label={label}
        disabled={!mayWrite}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{t('rules.trial.nothingDone')}</option>
        {document.reactions.map((reaction, index) => (
          <option key={reaction.key} value={`"${reaction.key}"`}>
            {`${index + 1}. ${sayWhat(reaction, speech)}`}
          </option>
        ))}
      </select>
    );
  return (
    <input
      className="code"
      spellCheck={false}
      aria-label={label}
      placeholder={side === 'inputs' ? t('rules.builder.table.any') : ''}
      disabled={!mayWrite}
      value={text}
      onChange={(event) => onChange(event.target.value)}
      onPaste={(event) => {
        const rows = parseRows(event.clipboardData.getData('text/plain'));
        if (rows.length < 2 && (rows[0]?.length ?? 0) < 2) return;
        event.preventDefault();
        onRows(rows);
      }}
    />
  );
}
