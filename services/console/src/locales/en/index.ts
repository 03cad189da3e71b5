import { channels } from './channels.ts';
import { customers } from './customers.ts';
import { desk } from './desk.ts';
import { glossary } from './glossary.ts';
import { operations } from './operations.ts';
import { privacy } from './privacy.ts';
import { shell } from './shell.ts';
import { wallboard } from './wallboard.ts';

/** English, and the shape that every other language has. A file is an area of the console. */
export const en = {
  ...shell,
  ...glossary,
  ...desk,
  ...customers,
  ...channels,
  ...operations,
  ...privacy,
  ...wallboard,
};
