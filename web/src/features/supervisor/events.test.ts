import { createInstance, type TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import { allWords } from '../../i18n/all';
import { eventWords, payloadLine } from './events';

const { en, ru, uz } = allWords;

const words = createInstance();
await words.init({
  resources: { en: { translation: en }, ru: { translation: ru }, uz: { translation: uz } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});
const speak = (language: string): TFunction => words.getFixedT(language) as TFunction;
const line = (payload: Record<string, unknown>, language: string) =>
  payloadLine(payload, speak(language), language);

describe('what happened', () => {
  it('is said in words, also for a kind that is newer than this page', () => {
    expect(eventWords('routing.contact_queued.v1', speak('en'))).toBe('Queued');
    expect(eventWords('telephony.fax_received.v2', speak('en'))).toBe('Fax received');
  });
  it('leaves out ids and checksums', () => {
    const payload = { talked_ms: 1487, sha256: 'e0933a', queue_id: '01a2', digit: '1', note: '' };
    expect(line(payload, 'en')).toBe('talked: 1.5 s · key: 1');
  });
  it.each([
    [
      'en',
      'channel: voice · language: Russian · outcome: abandoned · ended by: the caller · on hold: 0 s · waited: 1:15',
    ],
    [
      'ru',
      'канал: голос · язык: русский · итог: потерян · кто завершил: клиент · удержание: 0 с · ожидание: 1:15',
    ],
    [
      'uz',
      'kanal: ovoz · til: ruscha · yakun: yoʻqotilgan · kim tugatdi: mijoz · kutishda: 0 s · kutdi: 1:15',
    ],
  ])('has every value in the words of %s', (language, said) => {
    const payload = {
      channel: 'voice',
      language: 'ru',
      outcome: 'abandoned',
      ended_by: 'caller',
      held_ms: 0,
      waited_ms: 75_000,
    };
    expect(line(payload, language)).toBe(said);
  });
  it('writes numbers and telephone numbers as the reader does', () => {
    expect(line({ talked_ms: 4_530, dialled: '+998712000000' }, 'ru')).toBe(
      'разговор: 4,5 с · набран: +998 71 200 00 00',
    );
  });
  it('shows a value that is newer than this page as it came', () => {
    const payload = { channel: 'fax', ended_by: 'carrier', outcome: 'lost', language: 'kk' };
    expect(line(payload, 'ru')).toBe('канал: fax · кто завершил: carrier · итог: lost · язык: kk');
  });
});
