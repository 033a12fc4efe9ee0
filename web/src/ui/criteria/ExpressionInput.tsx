import { Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { fieldTitle, isOfCard } from '../decision/fields';
import { useConditions } from './Conditions';
import './criteria.css';

/** More than this is not a list to choose from: typing on narrows it. */
const SHOWN_MAX = 8;

/** The path that is being typed before the caret, such as `event.am`. */
export function typedPath(text: string, caret: number): string {
  return /[A-Za-z_][\w.]*$/.exec(text.slice(0, caret))?.[0] ?? '';
}

/** An expression with the fields that may stand in it, listed while one is typed or with Ctrl+Space. */
export function ExpressionInput({
  label,
  value,
  rows = 1,
  disabled,
  placeholder,
  onChange,
}: {
  label: string;
  value: string;
  rows?: number;
  disabled?: boolean;
  placeholder?: string;
  onChange(text: string): void;
}) {
  const { fields } = useConditions();
  const list = useId();
  const area = useRef<TextAreaRef>(null);
  const [typed, setTyped] = useState<{ path: string; caret: number }>();
  const [active, setActive] = useState(0);
  const found = typed
    ? fields.filter(
        (field) =>
          field.path !== typed.path &&
          !isOfCard(field) &&
          `${field.path} ${fieldTitle(field, '')}`.toLowerCase().includes(typed.path.toLowerCase()),
      )
    : [];
  const shown = found.slice(0, SHOWN_MAX);
  const look = (text: string, caret: number, asked = false) => {
    const path = typedPath(text, caret);
    setActive(0);
    setTyped(asked || path.length > 1 ? { path, caret } : undefined);
  };
  const take = (path: string) => {
    if (!typed) return;
    const start = typed.caret - typed.path.length;
    onChange(value.slice(0, start) + path + value.slice(typed.caret));
    setTyped(undefined);
    const end = start + path.length;
    // After the new text is in the field the caret belongs behind it.
    requestAnimationFrame(() =>
      area.current?.resizableTextArea?.textArea.setSelectionRange(end, end),
    );
  };
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { selectionStart } = event.currentTarget;
    if (event.ctrlKey && event.code === 'Space') {
      event.preventDefault();
      return look(value, selectionStart, true);
    }
    if (shown.length === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setActive((active + step + shown.length) % shown.length);
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      event.preventDefault();
      const chosen = shown[active];
      if (chosen) take(chosen.path);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      setTyped(undefined);
    }
  };
  return (
    <div className="expression">
      <Input.TextArea
        ref={area}
        className="code"
        autoSize={{ minRows: rows, maxRows: 14 }}
        spellCheck={false}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={list}
        {...(shown.length > 0 ? { 'aria-activedescendant': `${list}-${active}` } : {})}
        {...(placeholder ? { placeholder } : {})}
        disabled={disabled ?? false}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          look(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={press}
        onBlur={() => setTyped(undefined)}
      />
      <div
        className="completions"
        id={list}
        role="listbox"
        aria-label={label}
        hidden={shown.length === 0}
      >
        {shown.map((field, index) => (
          <div
            key={field.path}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            // The field keeps the focus: what is pressed here is taken before it would be lost.
            onMouseDown={(event) => {
              event.preventDefault();
              take(field.path);
            }}
          >
            <span className="code">{field.path}</span>
            <span className="dim">{fieldTitle(field, field.path)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
