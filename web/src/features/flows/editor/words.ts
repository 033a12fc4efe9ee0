import { useTranslation } from 'react-i18next';
import type { Fault, NodeBody } from '../../../api/flow-types';
import { flowsEn } from '../../../i18n/en/flows';
import { isLanguage } from '../../../lib/i18n';
import { parts, read } from '../../../lib/pointer';
import { serverWords } from '../../../ui/serverWords';
import { slotName } from '../model/graph';

type Type = keyof typeof flowsEn.type;
type Field = keyof typeof flowsEn.field;
type Group = keyof typeof flowsEn.group;
type Code = keyof typeof flowsEn.fault.codes;

/** "announce_every_seconds" → "Announce every seconds", for what has no words of its own. */
const plain = (name: string) => {
  const text = name.replaceAll('_', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** The longest text of a node that is drawn. */
const SHOWN_MAX = 60;
const short = (text: string) => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);

/** Fields that say in a few words what a node is about, the best first. */
const TELLING = [
  'title',
  'text',
  'prompts',
  'queue',
  'template',
  'event',
  'connector',
  'flow',
  'attribute',
  'variable',
  'outcome',
];

export function summary(body: NodeBody): string {
  for (const field of TELLING) {
    const value = body[field];
    if (typeof value === 'string' && value !== '') return short(value);
    if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'string')
      return short(value.join(', '));
  }
  return '';
}

/** The words of node types, fields and ways out, in the person's language. */
export function useFlowWords() {
  const { t, i18n } = useTranslation();
  const field = (name: string) =>
    isLanguage(name)
      ? t(`locale.${name}`)
      : name in flowsEn.field
        ? t(`flows.field.${name as Field}`)
        : plain(name);
  return {
    type: (name: string) => (name in flowsEn.type ? t(`flows.type.${name as Type}`) : plain(name)),
    group: (name: string) =>
      name in flowsEn.group ? t(`flows.group.${name as Group}`) : plain(name),
    field,
    /** What the check found: by its code, where the server's English is not for the reader. */
    fault: ({ code, message }: Pick<Fault, 'code' | 'message'>): string => {
      const lacks = /^missing field `(\w+)`/.exec(message)?.[1];
      if (lacks) return t('flows.fault.lacks', { field: field(lacks) });
      const told = serverWords(message, t);
      if (told !== message) return told;
      return i18n.language !== 'en' && code in flowsEn.fault.codes
        ? t(`flows.fault.codes.${code as Code}`)
        : message;
    },
    /** What a way out is called: the words of its field, or what the entry of its list says. */
    slot: (body: NodeBody, pointer: string): string => {
      const names = parts(pointer);
      if (names.length === 1) return field(names[0] ?? '');
      const [list = '', item = ''] = names;
      const entry = read(body, pointer.split('/').slice(0, 3).join('/'));
      for (const telling of ['title', 'key', 'when']) {
        const said = read(entry, `/${telling}`);
        if (typeof said === 'string' && said !== '') return short(said);
      }
      if (list === 'options') return item;
      return /^\d+$/.test(item) ? `${field(list)} ${Number(item) + 1}` : slotName(pointer);
    },
  };
}
