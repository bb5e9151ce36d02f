import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';
import './narrow.css';
import './plan/plan.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Explorer } from './Explorer.tsx';

createRoot(document.getElementById('explorer')!).render(
  <StrictMode>
    <Explorer />
  </StrictMode>,
);
