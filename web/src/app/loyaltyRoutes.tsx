import type { RouteObject } from 'react-router';
import { NotFound } from './ErrorPage';
import { needs, withWords } from './route';

/** The pages of the loyalty programme. */
export const loyaltyRoutes: RouteObject = {
  path: 'loyalty',
  lazy: async () => ({ Component: (await withWords(import('./LoyaltyPage'))).default }),
  children: [
    needs('loyalty.read', {
      path: 'members',
      lazy: async () => ({
        Component: (await import('../features/loyalty/MembersPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'members/:id/:tab?',
      lazy: async () => ({
        Component: (await import('../features/loyalty/MemberPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'orders',
      lazy: async () => ({
        Component: (await import('../features/loyalty/OrdersPage')).default,
      }),
    }),
    needs('loyalty.approve', {
      path: 'approvals',
      lazy: async () => ({
        Component: (await import('../features/loyalty/ApprovalsPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'rewards',
      lazy: async () => ({
        Component: (await import('../features/loyalty/RewardsPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'promotions',
      lazy: async () => ({
        Component: (await import('../features/loyalty/PromotionsPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'promotions/:id',
      lazy: async () => ({
        Component: (await import('../features/loyalty/PromotionPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'partners',
      lazy: async () => ({
        Component: (await import('../features/loyalty/PartnersPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'partners/:id',
      lazy: async () => ({
        Component: (await import('../features/loyalty/PartnerPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'programmes',
      lazy: async () => ({
        Component: (await import('../features/loyalty/ProgrammesPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'masters/:kind?',
      lazy: async () => ({
        Component: (await import('../features/loyalty/MastersPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'files',
      lazy: async () => ({
        Component: (await import('../features/loyalty/FilesPage')).default,
      }),
    }),
    needs('loyalty.read', {
      path: 'statistics',
      lazy: async () => ({
        Component: (await import('../features/loyalty/StatisticsPage')).default,
      }),
    }),
    { path: '*', element: <NotFound /> },
  ],
};
