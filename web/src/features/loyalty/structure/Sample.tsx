import { UploadOutlined } from '@ant-design/icons';
import { Button, Form, Input, Pagination, Table, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileField, StructureLook } from '../../../api/loyalty';
import type { Look } from './columns';
import { type Cell, cutLine, decoded, isHeader, isRead, linesOf } from './read';
import { useFieldWord } from './words';

/** So much of a chosen file is looked at: some hundred lines. */
const BYTES_MAX = 65_536;
const LINES_MAX = 200;

/** A line, a column a row: what stands there and what is read of it. */
function Cut({ cells }: { cells: Cell[] }) {
  const { t } = useTranslation();
  const word = useFieldWord();
  const fault = ({ fault }: Cell) =>
    fault ? String(t(`loyalty.file.lineFaults.${fault.code}`, fault.say as never)) : '';
  return (
    <Table<Cell & { n: number }>
      size="small"
      pagination={false}
      rowKey="n"
      dataSource={cells.map((cell, n) => ({ ...cell, n: n + 1 }))}
      columns={[
        { title: '№', dataIndex: 'n', width: 44, align: 'right' },
        {
          title: t('loyalty.file.look.field'),
          render: (_, { column }) =>
            column ? (
              word(column.field)
            ) : (
              <span className="points-down">{t('loyalty.file.look.sampleExtra')}</span>
            ),
        },
        {
          title: t('loyalty.file.look.sampleText'),
          className: 'wraps',
          render: (_, { text }) =>
            text === undefined ? (
              <span className="points-down">{t('loyalty.file.look.sampleNone')}</span>
            ) : (
              <code>{text}</code>
            ),
        },
        {
          title: t('loyalty.file.look.sampleRead'),
          className: 'wraps',
          render: (_, cell) =>
            cell.fault ? <span className="points-down">{fault(cell)}</span> : (cell.read ?? '—'),
        },
      ]}
    />
  );
}

function Cuts({
  lines,
  look,
  fields,
}: {
  lines: string[];
  look: StructureLook;
  fields: readonly FileField[];
}) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(1);
  const [first = ''] = lines;
  const named = look.header && isHeader(first, look.columns);
  const body = look.header ? lines.slice(1) : lines;
  const cuts = body.map((line) => cutLine(line, look, fields));
  const at = Math.min(shown, cuts.length);
  const cells = cuts[at - 1];
  const good = cuts.filter(isRead).length;
  return (
    <div className="sample-cut">
      {look.header ? (
        <p className={named ? 'points-up' : 'points-down'}>
          {named
            ? t('loyalty.file.look.sampleHeaderRight')
            : t('loyalty.file.look.sampleHeader', {
                expected: look.columns.map(({ field }) => field).join('|'),
              })}
        </p>
      ) : null}
      {cells ? (
        <>
          <div className="row wrap">
            <p className={isRead(cells) ? 'points-up grow' : 'points-down grow'} role="status">
              {t(isRead(cells) ? 'loyalty.file.look.sampleGood' : 'loyalty.file.look.sampleFaults')}
              {cuts.length > 1
                ? ` ${t('loyalty.file.look.sampleOf', { count: cuts.length, good })}`
                : ''}
            </p>
            {cuts.length > 1 ? (
              <Pagination
                simple
                size="small"
                pageSize={1}
                current={at}
                total={cuts.length}
                onChange={setShown}
              />
            ) : null}
          </div>
          <Cut cells={cells} />
        </>
      ) : null}
    </div>
  );
}

/** Lines of a real file, cut as the form says now: whoever describes a file sees at once whether it is right. */
export function Sample({ fields }: { fields: readonly FileField[] }) {
  const { t } = useTranslation();
  const look: Look = Form.useWatch([]) ?? {};
  const [typed, setTyped] = useState('');
  const [bytes, setBytes] = useState<Uint8Array>();
  const encoding = look.encoding ?? 'utf8';
  const text = bytes ? decoded(bytes, encoding) : typed;
  const choose = async (file: File) => {
    const taken = new Uint8Array(await file.slice(0, BYTES_MAX).arrayBuffer());
    // A line that was cut in the middle is none.
    const end = file.size > BYTES_MAX ? taken.lastIndexOf(0x0a) + 1 : taken.length;
    setBytes(taken.subarray(0, end));
  };
  const lines = linesOf(text ?? '').slice(0, LINES_MAX);
  const columns = (look.columns ?? []).map((one) => one ?? { field: '' });
  const whole = {
    ...look,
    encoding,
    columns,
    date_format: look.date_format ?? '',
  } as StructureLook;
  return (
    <Form.Item label={t('loyalty.file.look.sample')} required>
      <p className="dim hint-above">{t('loyalty.file.look.sampleHint')}</p>
      <Input.TextArea
        aria-label={t('loyalty.file.look.sample')}
        className="code"
        autoSize={{ minRows: 2, maxRows: 6 }}
        spellCheck={false}
        value={text ?? ''}
        onChange={(event) => {
          setBytes(undefined);
          setTyped(event.target.value);
        }}
      />
      <Upload
        showUploadList={false}
        beforeUpload={(file) => {
          void choose(file);
          return false;
        }}
      >
        <Button size="small" className="gap-above" icon={<UploadOutlined aria-hidden />}>
          {t('loyalty.file.look.sampleChoose')}
        </Button>
      </Upload>
      {text === undefined ? (
        <p className="points-down" role="alert">
          {t('loyalty.file.look.sampleEncoding', {
            encoding: t(`loyalty.file.encodings.${encoding}`),
          })}
        </p>
      ) : null}
      {lines.length > 0 ? <Cuts lines={lines} look={whole} fields={fields} /> : null}
    </Form.Item>
  );
}
