import { describe, expect, it } from 'vitest';
import type { FileField, FileKindBody, StructureLook } from '../../../api/loyalty';
import { asKind, missing, nextColumn, tidy } from './columns';
import { datePattern, readDate } from './dates';
import { cutLine, decoded, isHeader, isRead, linesOf, readValue } from './read';

const field = (name: string, shape: FileField['shape'], required = false): FileField => ({
  name,
  shape,
  required,
});
const FIELDS = [
  field('account', 'code', true),
  field('date', 'date', true),
  field('amount', 'amount', true),
  field('operation', { word: ['purchase', 'rent'] }),
  field('document', 'code'),
];
const column = (name: string, more = {}) => ({
  field: name,
  required: false,
  format: null,
  ...more,
});
const look = (more: Partial<StructureLook> = {}): StructureLook => ({
  kind: 'purchases',
  prefix: 'PUR_',
  suffix: '.txt',
  encoding: 'utf8',
  header: false,
  columns: FIELDS.slice(0, 4).map(({ name }) => column(name)),
  date_format: 'YYYY-MM-DD',
  decimal_separator: '.',
  key: [],
  ...more,
});

/** CIMP-ETL-03 */
describe('the columns of a structure', () => {
  it('begin with what must be there; then comes what is left, then nothing that is read', () => {
    expect(missing(FIELDS, [column('date')]).map(({ name }) => name)).toEqual([
      'account',
      'amount',
    ]);
    expect(nextColumn(FIELDS, [column('date')]).field).toBe('account');
    expect(nextColumn(FIELDS, look().columns).field).toBe('document');
    expect(
      nextColumn(
        FIELDS,
        FIELDS.map(({ name }) => column(name)),
      ).field,
    ).toBe('-');
  });

  it('are those of another type when it is chosen; what somebody wrote stays', () => {
    const body = (prefix: string, columns: string[]) =>
      ({
        kind: prefix === 'INV_' ? 'invoices' : 'purchases',
        fields: FIELDS,
        usual: look({ prefix, columns: columns.map((name) => column(name)) }),
      }) as FileKindBody;
    const [purchases, invoices] = [body('PUR_', ['account']), body('INV_', ['account', 'date'])];
    const fresh = asKind({}, purchases, undefined);
    expect([fresh.prefix, fresh.date_format, fresh.columns?.length]).toEqual([
      'PUR_',
      'YYYY-MM-DD',
      1,
    ]);
    const written = { ...fresh, date_format: 'DD.MM.YY', key: ['account'] };
    const next = asKind(written, invoices, purchases);
    expect([next.kind, next.prefix, next.date_format, next.columns?.length, next.key]).toEqual([
      'invoices',
      'INV_',
      'DD.MM.YY',
      2,
      [],
    ]);
  });

  it('are sent with a format only where a date stands, and without what they already are', () => {
    const sent = tidy(
      look({
        prefix: ' PUR_ ',
        columns: [
          column('date', { format: ' DD.MM.YYYY ', required: true }),
          column('document', { format: 'YYYY', required: true }),
          column('-', { required: true }),
        ],
        key: ['document', 'gone'],
      }),
      FIELDS,
    );
    expect(sent.columns).toEqual([
      column('date', { format: 'DD.MM.YYYY' }),
      column('document', { required: true }),
      column('-'),
    ]);
    expect([sent.prefix, sent.key]).toEqual(['PUR_', ['document']]);
  });
});

/** CIMP-ETL-01, CIMP-ETL-04 */
describe('a line that is tried', () => {
  it('has dates as the format says, and only days that there are', () => {
    expect(datePattern('DD.MM.YYYY')).toHaveLength(5);
    for (const wrong of ['', 'DD.MM', 'YYYY-MM-DD-DD', 'YYYY_MM_DD', 'YYYYYY-MM-DD'])
      expect([wrong, datePattern(wrong)]).toEqual([wrong, undefined]);
    expect(readDate('01.03.2026', 'DD.MM.YYYY')).toBe('2026-03-01');
    expect(readDate('260301', 'YYMMDD')).toBe('2026-03-01');
    expect(readDate('29.02.2024', 'DD.MM.YYYY')).toBe('2024-02-29');
    for (const wrong of ['29.02.2026', '1.3.2026', '01-03-2026', '01.03.20261', ''])
      expect([wrong, readDate(wrong, 'DD.MM.YYYY')]).toEqual([wrong, undefined]);
  });

  it('has values as the server reads them', () => {
    const read = (text: string, shape: FileField['shape'], mark = '.') => {
      const found = readValue(text, shape, 'YYYY-MM-DD', mark);
      return 'fault' in found ? found.fault.code : found.read;
    };
    expect(read('12,50', 'amount', ',')).toBe('12.50');
    expect(read('12.50', 'amount', ',')).toBe('amount');
    expect(read('12.', 'amount')).toBe('amount');
    expect(read('-1', 'amount')).toBe('amount');
    expect(read('N', 'flag')).toBe('0');
    expect(read('toString', 'flag')).toBe('flag');
    expect(read('RENT', { word: ['purchase', 'rent'] })).toBe('rent');
    expect(read('lease', { word: ['purchase', 'rent'] })).toBe('word');
    expect(read('+998901234567', 'phone')).toBe('+998901234567');
    expect(read('a b', 'code')).toBe('code');
    expect(read('a@b', 'email')).toBe('email');
    expect(read('1.5', 'whole')).toBe('whole');
  });

  it('is cut into its columns; too few, too many, empty and wrong are told apart', () => {
    const good = cutLine('700000031|2026-03-01|100.5|', look(), FIELDS);
    expect(isRead(good)).toBe(true);
    expect(good.map(({ read }) => read)).toEqual(['700000031', '2026-03-01', '100.5', undefined]);
    const own = look({ columns: [column('date', { format: 'DD.MM.YYYY' }), column('-')] });
    expect(cutLine('01.03.2026|whatever', own, FIELDS)[0]?.read).toBe('2026-03-01');
    const empty = cutLine('|2026-03-01|x|', look(), FIELDS);
    expect(empty.map(({ fault }) => fault?.code)).toEqual([
      'required',
      undefined,
      'amount',
      undefined,
    ]);
    const short = cutLine('1|2026-03-01', look(), FIELDS);
    expect([isRead(short), short[2]?.text]).toEqual([false, undefined]);
    const long = cutLine('1|2026-03-01|5|rent|more', look(), FIELDS);
    expect([isRead(long), long[4]?.column]).toEqual([false, undefined]);
  });

  it('may be the names of the columns', () => {
    const { columns } = look({ columns: [column('account'), column('-'), column('date')] });
    expect(isHeader('ACCOUNT | anything | date', columns)).toBe(true);
    expect(isHeader('account|date', columns)).toBe(false);
    expect(isHeader('account|x|amount', columns)).toBe(false);
  });

  it('is in the encoding that the structure says, or is none', () => {
    const russian = new Uint8Array([0xc4, 0xe0]);
    expect(decoded(russian, 'cp1251')).toBe('Да');
    expect(decoded(russian, 'utf8')).toBeUndefined();
    expect(decoded(russian, 'ascii')).toBeUndefined();
    expect(decoded(new TextEncoder().encode('\ufeffДа'), 'utf8')).toBe('Да');
    expect(linesOf('a|b\r\n\r\nc|d\n')).toEqual(['a|b', 'c|d']);
  });
});
