import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { localText } from '../../lib/format';
import { useBonusTypes } from './parts';

/** The kinds of points of the promotion's programme. */
export function useKinds() {
  const { i18n } = useTranslation();
  const programme = Form.useWatch<string | undefined>('programme_id');
  return useBonusTypes()
    .list.filter((one) => !programme || one.programme_id === programme)
    .map((one) => ({ value: one.code, label: localText(one.title, i18n.language) || one.code }));
}

/** The prizes of a contest. */
export function Prizes() {
  const { t } = useTranslation();
  const kinds = useKinds();
  return (
    <Form.List name="prizes">
      {(rows, { add, remove }) => (
        <Form.Item label={t('loyalty.promotion.prizes')} required>
          {rows.map((row) => (
            <div className="row list-row" key={row.key}>
              <Form.Item
                name={[row.name, 'title']}
                noStyle
                rules={[{ required: true, message: t('common.required') }]}
              >
                <Input
                  aria-label={t('loyalty.promotion.prize')}
                  placeholder={t('loyalty.field.title')}
                />
              </Form.Item>
              <Form.Item name={[row.name, 'count']} noStyle>
                <InputNumber
                  min={1}
                  precision={0}
                  style={{ width: 70 }}
                  aria-label={t('loyalty.field.quantity')}
                />
              </Form.Item>
              <Form.Item name={[row.name, 'amount']} noStyle>
                <InputNumber
                  min={0}
                  style={{ width: 100 }}
                  aria-label={t('loyalty.field.amount')}
                  placeholder={t('loyalty.field.amount')}
                />
              </Form.Item>
              <Form.Item name={[row.name, 'bonus_type']} noStyle>
                <Select
                  style={{ width: 120, flex: 'none' }}
                  aria-label={t('loyalty.field.bonusType')}
                  options={kinds}
                />
              </Form.Item>
              <Form.Item name={[row.name, 'kept']} hidden noStyle>
                <span />
              </Form.Item>
              <Button
                type="text"
                icon={<MinusCircleOutlined />}
                aria-label={t('common.delete')}
                onClick={() => remove(row.name)}
              />
            </div>
          ))}
          <Button
            type="dashed"
            icon={<PlusOutlined />}
            onClick={() => add({ count: 1, bonus_type: kinds[0]?.value })}
          >
            {t('loyalty.promotion.addPrize')}
          </Button>
        </Form.Item>
      )}
    </Form.List>
  );
}
