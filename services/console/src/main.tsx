import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style/base.css';
import { Console } from './console.tsx';
import { startI18n } from './i18n.ts';

await startI18n();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
