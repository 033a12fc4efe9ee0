import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { pageWords } from '../lib/i18n';
import { ErrorPage, NotFound } from './ErrorPage';
import { Guard } from './Guard';
import { Home } from './Home';

const needs = (operation: string, route: RouteObject): RouteObject => ({
  element: <Guard operation={operation} />,
  children: [route],
});

/** A place whose pages have words beyond the first load. */
const withWords = async <T,>(place: Promise<T>): Promise<T> =>
  (await Promise.all([place, pageWords()]))[0];

/** Every page is its own chunk; a default export each, loaded when it is opened. */
export const router = createBrowserRouter([
  {
    errorElement: <ErrorPage />,
    HydrateFallback: () => null,
    children: [
      {
        path: '/sign-in',
        lazy: async () => ({ Component: (await import('../features/signin/SignInPage')).default }),
      },
      {
        path: '/wallboard',
        lazy: async () => ({
          Component: (await import('../features/wallboard/WallboardPage')).default,
        }),
      },
      {
        path: '/',
        lazy: async () => ({ Component: (await import('./Shell')).default }),
        children: [
          { index: true, element: <Home /> },
          needs('desk.use', {
            path: 'desk',
            lazy: async () => ({ Component: (await import('../features/desk/DeskPage')).default }),
          }),
          needs('floor.read', {
            path: 'supervisor',
            lazy: async () => ({
              Component: (await import('../features/supervisor/FloorPage')).default,
            }),
          }),
          needs('contact.read', {
            path: 'contacts',
            lazy: async () => ({
              Component: (await withWords(import('../features/supervisor/ContactsPage'))).default,
            }),
          }),
          needs('contact.read', {
            path: 'contacts/:id',
            lazy: async () => ({
              Component: (await withWords(import('../features/supervisor/ContactPage'))).default,
            }),
          }),
          needs('customer.read', {
            path: 'customers',
            lazy: async () => ({
              Component: (await withWords(import('../features/cards/CardsLayout'))).default,
            }),
            children: [
              {
                index: true,
                lazy: async () => ({
                  Component: (await import('../features/cards/CustomersPage')).default,
                }),
              },
              {
                path: 'report',
                lazy: async () => ({
                  Component: (await import('../features/cards/report/ReportPage')).default,
                }),
              },
              {
                path: ':id',
                lazy: async () => ({
                  Component: (await import('../features/cards/CustomerPage')).default,
                }),
              },
              needs('card.read', {
                path: 'cards/:kind',
                lazy: async () => ({
                  Component: (await import('../features/cards/CardsPage')).default,
                }),
              }),
              needs('card.read', {
                path: 'cards/:kind/:id',
                lazy: async () => ({
                  Component: (await import('../features/cards/CardPage')).default,
                }),
              }),
            ],
          }),
          {
            path: 'loyalty',
            lazy: async () => ({
              Component: (await withWords(import('./LoyaltyPage'))).default,
            }),
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
          },
          {
            path: 'automation',
            lazy: async () => ({
              Component: (await withWords(import('./AutomationPage'))).default,
            }),
            children: [
              needs('rule.read', {
                path: 'rules',
                lazy: async () => ({
                  Component: (await import('../features/rules/RulesPage')).default,
                }),
              }),
              needs('rule.read', {
                path: 'rules/:id/:tab?',
                lazy: async () => ({
                  Component: (await import('../features/rules/RulePage')).default,
                }),
              }),
              needs('rule.read', {
                path: 'tables/:name?',
                lazy: async () => ({
                  Component: (await import('../features/rules/tables/TablesPage')).default,
                }),
              }),
              needs('event_type.read', {
                path: 'events/:tab?',
                lazy: async () => ({
                  Component: (await import('../features/events/EventsPage')).default,
                }),
              }),
              needs('flow.read', {
                path: 'flows',
                lazy: async () => ({
                  Component: (await import('../features/flows/FlowsPage')).default,
                }),
              }),
              needs('flow.read', {
                path: 'flows/:name',
                lazy: async () => ({
                  Component: (await import('../features/flows/FlowPage')).default,
                }),
              }),
              needs('task.use', {
                path: 'tasks/:id?',
                lazy: async () => ({
                  Component: (await import('../features/tasks/TasksPage')).default,
                }),
              }),
              needs('connector.read', {
                path: 'connectors',
                lazy: async () => ({
                  Component: (await import('../features/connectors/ConnectorsPage')).default,
                }),
              }),
              {
                path: 'messages',
                lazy: async () => ({
                  Component: (await import('../features/messages/MessagesLayout')).default,
                }),
                children: [
                  needs('message.read', {
                    index: true,
                    lazy: async () => ({
                      Component: (await import('../features/messages/MessagesPage')).default,
                    }),
                  }),
                  needs('template.read', {
                    path: 'templates',
                    lazy: async () => ({
                      Component: (await import('../features/messages/template/TemplatesPage'))
                        .default,
                    }),
                  }),
                  needs('template.read', {
                    path: 'templates/:id',
                    lazy: async () => ({
                      Component: (await import('../features/messages/template/TemplatePage'))
                        .default,
                    }),
                  }),
                  needs('link.read', {
                    path: 'links',
                    lazy: async () => ({
                      Component: (await import('../features/messages/links/LinksPage')).default,
                    }),
                  }),
                  needs('message.read', {
                    path: ':id',
                    lazy: async () => ({
                      Component: (await import('../features/messages/MessagePage')).default,
                    }),
                  }),
                ],
              },
              needs('structure.write', {
                path: 'structures/:tab?',
                lazy: async () => ({
                  Component: (await import('../features/cards/StructuresPage')).default,
                }),
              }),
              { path: '*', element: <NotFound /> },
            ],
          },
          { path: 'admin/customers', element: <Navigate to="/customers" replace /> },
          {
            path: 'admin/:page?',
            lazy: async () => ({
              Component: (await withWords(import('../features/admin/AdminPage'))).default,
            }),
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
]);
