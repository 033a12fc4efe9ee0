import { Button, InputNumber, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Reward, refreshLoyalty, stock } from '../../api/loyalty';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { focusFirst } from '../../ui/focusFirst';
import { useSay } from '../../ui/say';

/** How many of a reward there are, as somebody counted. */
export function StockButton({ reward }: { reward: Reward }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const markets = useCan('loyalty.market');
  const partner = useCan('loyalty.partner');
  const may = markets || partner;
  const [open, setOpen] = useState(false);
  const [units, setUnits] = useState<number | null>(null);
  const set = () =>
    stock(
      reward.id,
      units === null ? { kind: 'unlimited' } : { kind: 'set', quantity: units },
    ).then(async () => {
      say.done(t('common.saved'));
      setOpen(false);
      await refreshLoyalty();
    }, say.failed);
  return (
    <>
      <Button
        size="small"
        disabled={!may}
        onClick={() => {
          setUnits(reward.stock ?? null);
          setOpen(true);
        }}
      >
        {t('loyalty.reward.setStock')}
      </Button>
      <Modal
        afterOpenChange={focusFirst}
        open={open}
        title={`${t('loyalty.reward.setStock')}: ${localText(reward.title, i18n.language) || reward.code}`}
        okText={t('common.save')}
        cancelText={t('common.cancel')}
        onOk={() => void set()}
        onCancel={() => setOpen(false)}
      >
        <p>{t('loyalty.reward.stockHint')}</p>
        <InputNumber
          min={0}
          precision={0}
          value={units}
          aria-label={t('loyalty.field.stock')}
          onChange={setUnits}
          onPressEnter={() => void set()}
        />
      </Modal>
    </>
  );
}
