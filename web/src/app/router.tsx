import { createBrowserRouter, Navigate } from 'react-router';
import { ErrorPage, NotFound } from './ErrorPage';
import { Home } from './Home';
import { loyaltyRoutes } from './loyaltyRoutes';
import { needs, withWords } from './route';

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
          loyaltyRoutes,
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
              needs('prediction.read', {
                path: 'predictions',
                lazy: async () => ({
                  Component: (await import('../features/predictions/PredictionsPage')).default,
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
