import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { whenSignedOut } from './api/http';
import { forgetSession } from './api/session';
import { Providers } from './app/Providers';
import { router } from './app/router';
import './app/app.css';
import { startI18n } from './lib/i18n';

whenSignedOut(forgetSession);
await startI18n();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <Providers>
    <RouterProvider router={router} />
  </Providers>,
);
