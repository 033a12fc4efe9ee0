import { Button, type ButtonProps, Tooltip } from 'antd';

/** A button that, when it cannot be pressed, says why instead of disappearing. */
export function ReasonButton({
  reason,
  hint,
  ...rest
}: Omit<ButtonProps, 'disabled'> & { reason?: string | undefined; hint?: string }) {
  const title = reason ?? hint;
  const button = (
    <Button
      {...rest}
      aria-disabled={reason ? true : undefined}
      disabled={Boolean(reason)}
      {...(reason ? { 'aria-description': reason } : {})}
    />
  );
  return title ? <Tooltip title={title}>{button}</Tooltip> : button;
}
