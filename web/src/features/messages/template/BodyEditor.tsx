import { Input, Segmented } from 'antd';
import { type RefObject, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bodies, type Body, CHANNELS, type Channel } from '../../../api/messages';
import type { Problem } from '../../../api/problem';
import { LANGUAGES, type Language } from '../../../lib/i18n';
import { serverWords } from '../../../ui/serverWords';
import { FieldPicker } from './FieldPicker';
import { inserted } from './fields';

export type Part = 'subject' | 'text' | 'html';

export interface Place {
  channel: Channel;
  language: Language;
}

/** The same bodies with one part changed; a language without any words is not kept. */
export function withPart(bodies: Bodies, place: Place, part: Part, value: string): Bodies {
  const { channel, language } = place;
  const before: Body = bodies[channel]?.[language] ?? { text: '' };
  const body: Body = { ...before, [part]: value };
  const { [language]: _, ...others } = bodies[channel] ?? {};
  const empty = !body.text && !body.subject && !body.html;
  return { ...bodies, [channel]: empty ? others : { ...others, [language]: body } };
}

function faultOf(problem: Problem | undefined, place: Place, part: Part): string | undefined {
  const pointer = `/channels/${place.channel}/${place.language}/${part}`;
  return problem?.fields.find((field) => field.pointer === pointer)?.detail;
}

type Area = RefObject<HTMLTextAreaElement | null>;

function PartField({
  part,
  rows,
  value,
  fault,
  area,
  onChange,
}: {
  part: Part;
  rows: number;
  value: string;
  fault: string | undefined;
  area: Area;
  onChange(value: string): void;
}) {
  const { t } = useTranslation();
  const label = t(`messages.tpl.${part}`);
  const pick = (path: string) => {
    const at = area.current?.selectionStart ?? value.length;
    const next = inserted(value, at, path);
    onChange(next.text);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };
  return (
    <div className="part">
      <div className="row part-head">
        <strong>{label}</strong>
        <span className="grow" />
        <FieldPicker event={undefined} onPick={pick} />
      </div>
      <Input.TextArea
        aria-label={label}
        className={part === 'html' ? 'code' : ''}
        autoSize={{ minRows: rows, maxRows: 18 }}
        status={fault ? 'error' : ''}
        ref={(control) => {
          area.current = control?.resizableTextArea?.textArea ?? null;
        }}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      {fault ? (
        <p role="alert" className="fault">
          {serverWords(fault, t)}
        </p>
      ) : null}
    </div>
  );
}

/** The words of a template: one channel and one language at a time. */
export function BodyEditor({
  bodies,
  place,
  problem,
  onPlace,
  onChange,
}: {
  bodies: Bodies;
  place: Place;
  problem: Problem | undefined;
  onPlace(place: Place): void;
  onChange(bodies: Bodies, part: Part): void;
}) {
  const { t } = useTranslation();
  const areas = {
    subject: useRef<HTMLTextAreaElement>(null),
    text: useRef<HTMLTextAreaElement>(null),
    html: useRef<HTMLTextAreaElement>(null),
  };
  const body = bodies[place.channel]?.[place.language];
  const parts: [Part, number][] =
    place.channel === 'sms'
      ? [['text', 4]]
      : [
          ['subject', 1],
          ['text', 5],
          ['html', 5],
        ];
  return (
    <>
      <div className="row filters wrap">
        <Segmented
          aria-label={t('messages.channel')}
          value={place.channel}
          onChange={(channel) => onPlace({ ...place, channel })}
          options={CHANNELS.map((value) => ({ value, label: t(`messages.channels.${value}`) }))}
        />
        <Segmented
          aria-label={t('nav.language')}
          value={place.language}
          onChange={(language) => onPlace({ ...place, language })}
          options={LANGUAGES.map(({ code, name }) => ({
            value: code,
            label: bodies[place.channel]?.[code] ? `${name} ✓` : name,
          }))}
        />
      </div>
      {body ? null : <p className="dim">{t('messages.tpl.empty')}</p>}
      {parts.map(([part, rows]) => (
        <PartField
          key={`${place.channel}-${place.language}-${part}`}
          part={part}
          rows={rows}
          area={areas[part]}
          value={body?.[part] ?? ''}
          fault={faultOf(problem, place, part)}
          onChange={(value) => onChange(withPart(bodies, place, part, value), part)}
        />
      ))}
    </>
  );
}
