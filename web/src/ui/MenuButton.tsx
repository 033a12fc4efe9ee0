import { Button, type ButtonProps, type MenuProps } from 'antd';
import { Suspense, useState } from 'react';
import { later } from '../lib/later';

const DropMenu = later(() => import('./DropMenu'));

/** A button with a menu. The button is there at once; its menu follows in the first idle moment. */
export function MenuButton({ menu, ...button }: ButtonProps & { menu: MenuProps }) {
  // Pressed before the menu is there: it opens once it is.
  const [open, setOpen] = useState(false);
  return (
    <Suspense fallback={<Button {...button} onClick={() => setOpen(true)} />}>
      <DropMenu trigger={['click']} menu={menu} open={open} onOpenChange={setOpen}>
        <Button {...button} />
      </DropMenu>
    </Suspense>
  );
}
