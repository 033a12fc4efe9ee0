import { App, Button, Drawer } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { focusFirst } from './focusFirst';
import { ReasonButton } from './ReasonButton';

/** A form beside the page: one button that does it, and a way out that loses nothing by accident. */
export function FormDrawer({
  title,
  size,
  ok,
  reason,
  busy,
  touched,
  onOk,
  onClose,
  children,
}: {
  title: ReactNode;
  size: number;
  /** What the button says; "Save" without. */
  ok?: string;
  /** Why it cannot be done. */
  reason?: string | undefined;
  busy: boolean;
  touched(): boolean;
  onOk(): void;
  onClose(): void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  /** Escape and a click beside the drawer must not lose what was typed; Cancel means it. */
  const leave = () => {
    if (!touched()) onClose();
    else
      void modal.confirm({
        title: t('common.dropSure'),
        okText: t('common.drop'),
        okButtonProps: { danger: true },
        cancelText: t('common.goOn'),
        onOk: onClose,
      });
  };
  return (
    <Drawer
      open
      size={size}
      title={title}
      afterOpenChange={focusFirst}
      onClose={leave}
      footer={
        <div className="row">
          <ReasonButton type="primary" reason={reason} loading={busy} onClick={onOk}>
            {ok ?? t('common.save')}
          </ReasonButton>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      }
    >
      {children}
    </Drawer>
  );
}
