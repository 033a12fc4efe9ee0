import { Popconfirm, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReasonArea } from '../../api/loyalty';
import { ReasonButton } from '../../ui/ReasonButton';
import { useMasterOptions } from './parts';

/** Asks before something is taken back, and for the reason of it out of those that fit (CIMP-TXN-04). */
export function ReasonConfirm({
  area,
  title,
  verb,
  refused,
  optional,
  onConfirm,
  children,
}: {
  area: ReasonArea;
  title: string;
  /** What the button of the question says. */
  verb: string;
  refused?: string | undefined;
  /** May be done without a reason, such as where there is none in the list. */
  optional?: boolean;
  onConfirm(reason: string | undefined): Promise<unknown>;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const reasons = useMasterOptions('reason', { area });
  const [chosen, setChosen] = useState<string>();
  const reason = chosen ?? reasons[0]?.value;
  const stop = refused ?? (reason || optional ? undefined : t('loyalty.member.noReason'));
  return (
    <Popconfirm
      title={title}
      description={
        reasons.length > 0 ? (
          <Select
            style={{ width: 260 }}
            aria-label={t('loyalty.field.reason')}
            value={reason ?? null}
            onChange={(code) => setChosen(code ?? undefined)}
            options={reasons}
          />
        ) : null
      }
      okText={verb}
      cancelText={t('common.close')}
      okButtonProps={{ danger: true }}
      disabled={Boolean(stop)}
      onConfirm={() => onConfirm(reason)}
    >
      <ReasonButton size="small" danger reason={stop}>
        {children}
      </ReasonButton>
    </Popconfirm>
  );
}
