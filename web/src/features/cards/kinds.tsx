import {
  CarOutlined,
  CreditCardOutlined,
  FileTextOutlined,
  HomeOutlined,
  IdcardOutlined,
  LaptopOutlined,
  MobileOutlined,
  ShopOutlined,
  TagOutlined,
  TeamOutlined,
  ToolOutlined,
  UserOutlined,
  WifiOutlined,
} from '@ant-design/icons';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { type CardKind, cardKinds } from '../../api/records';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';

/** The icons that a kind of card may have, by the name that is stored. */
export const ICONS: Record<string, ComponentType> = {
  tag: TagOutlined,
  car: CarOutlined,
  smartphone: MobileOutlined,
  laptop: LaptopOutlined,
  wifi: WifiOutlined,
  file: FileTextOutlined,
  card: CreditCardOutlined,
  id: IdcardOutlined,
  home: HomeOutlined,
  shop: ShopOutlined,
  team: TeamOutlined,
  tool: ToolOutlined,
};

export function KindIcon({ icon }: { icon: string | undefined }) {
  const Icon = (icon && ICONS[icon]) || TagOutlined;
  return <Icon />;
}

export const CUSTOMER = 'customer';

/** Kinds of cards, and how a card is called by its key. */
export function useKinds() {
  const { t, i18n } = useTranslation();
  const kinds: CardKind[] = useAll(cardKinds);
  const title = (of: string) => {
    if (of === CUSTOMER) return t('cards.of.customer');
    const kind = kinds.find((one) => one.key === of);
    return kind ? localText(kind.title, i18n.language) : of;
  };
  const options = [CUSTOMER, ...kinds.map((kind) => kind.key)].map((value) => ({
    value,
    label: title(value),
  }));
  return { kinds, title, options };
}

export function EndIcon({ of, kinds }: { of: string; kinds: CardKind[] }) {
  if (of === CUSTOMER) return <UserOutlined />;
  return <KindIcon icon={kinds.find((kind) => kind.key === of)?.icon} />;
}
