import { Button, type ButtonProps, type MenuProps } from 'antd';
import { Suspense } from 'react';
import { later } from '../lib/later';

const DropMenu = later(() => import('./DropMenu'));

/** A button with a menu. The button is there at once; its menu follows in the first idle moment. */
export function MenuButton({ menu, ...button }: ButtonProps & { menu: MenuProps }) {
  return (
    <Suspense fallback={<Button {...button} />}>
      <DropMenu trigger={['click']} menu={menu}>
        <Button {...button} />
      </DropMenu>
    </Suspense>
  );
}
