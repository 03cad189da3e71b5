import type { en } from '../en/index.ts';
import { channels } from './channels.ts';
import { customers } from './customers.ts';
import { desk } from './desk.ts';
import { glossary } from './glossary.ts';
import { operations } from './operations.ts';
import { privacy } from './privacy.ts';
import { shell } from './shell.ts';
import { wallboard } from './wallboard.ts';

/** Simplified Chinese. Chinese has one plural form; both keys carry it. */
export const zh: typeof en = {
  ...shell,
  ...glossary,
  ...desk,
  ...customers,
  ...channels,
  ...operations,
  ...privacy,
  ...wallboard,
};
