import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';
import { NotFound } from './ErrorPage';
import { needs, withWords } from './route';
import { LOYALTY_SECTIONS } from './sections';

type Section = (typeof LOYALTY_SECTIONS)[number]['key'];
type Load = () => Promise<{ default: ComponentType }>;

/** The pages of a section, by their addresses below it. */
const PAGES: Record<Section, Record<string, Load>> = {
  members: {
    '': () => import('../features/loyalty/MembersPage'),
    '/:id/:tab?': () => import('../features/loyalty/MemberPage'),
  },
  orders: { '': () => import('../features/loyalty/OrdersPage') },
  approvals: { '': () => import('../features/loyalty/ApprovalsPage') },
  operations: { '': () => import('../features/loyalty/OperationsPage') },
  rewards: { '': () => import('../features/loyalty/RewardsPage') },
  promotions: {
    '': () => import('../features/loyalty/PromotionsPage'),
    '/:id': () => import('../features/loyalty/PromotionPage'),
  },
  partners: {
    '': () => import('../features/loyalty/PartnersPage'),
    '/:id': () => import('../features/loyalty/PartnerPage'),
  },
  programmes: { '': () => import('../features/loyalty/ProgrammesPage') },
  masters: { '/:kind?': () => import('../features/loyalty/MastersPage') },
  files: { '/:tab?': () => import('../features/loyalty/FilesPage') },
  statistics: { '': () => import('../features/loyalty/StatisticsPage') },
};

/** The pages of the loyalty programme. */
export const loyaltyRoutes: RouteObject = {
  path: 'loyalty',
  lazy: async () => ({ Component: (await withWords(import('./LoyaltyPage'))).default }),
  children: [
    ...LOYALTY_SECTIONS.flatMap(({ key, anyOf }) =>
      Object.entries(PAGES[key]).map(([below, load]) =>
        needs(anyOf, {
          path: `${key}${below}`,
          lazy: async () => ({ Component: (await load()).default }),
        }),
      ),
    ),
    { path: '*', element: <NotFound /> },
  ],
};
