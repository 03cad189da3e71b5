import { automation } from './automation.ts';
import { channels } from './channels.ts';
import { clocks } from './clocks.ts';
import { customerFile } from './customer-file.ts';
import { customers } from './customers.ts';
import { desk } from './desk.ts';
import { glossary } from './glossary.ts';
import { floor } from './floor.ts';
import { grading } from './grading.ts';
import { identity } from './identity.ts';
import { operations } from './operations.ts';
import { privacy } from './privacy.ts';
import { reports } from './reports.ts';
import { routing } from './routing.ts';
import { routingRules } from './routing-rules.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { wallboard } from './wallboard.ts';

/** English, and the shape that every other language has. A file is an area of the console. */
export const en = {
  ...settings,
  ...shell,
  ...glossary,
  ...desk,
  ...customers,
  ...customerFile,
  ...channels,
  ...clocks,
  ...grading,
  ...operations,
  ...privacy,
  ...identity,
  ...routing,
  ...routingRules,
  ...reports,
  ...wallboard,
  ...automation,
  ...floor,
};
