import { expect, it } from 'vitest';
import { carriesNoText, largePicture } from './file-limits.ts';

const any = { types: [], count: 9, bytes: 99 };
const limits = { ...any, pictureBytes: 5, withText: ['image/png'] };
const png = (size: number) => ({ contentType: 'image/png', size });
const voice = { contentType: 'audio/ogg', size: 9 };

it.each([
  { limits, files: [], large: undefined, silent: undefined },
  { limits, files: [png(5)], large: undefined, silent: undefined },
  { limits, files: [png(5), png(6)], large: png(6), silent: undefined },
  { limits, files: [png(1), voice], large: undefined, silent: voice },
  { limits: { ...limits, withText: [] }, files: [png(1)], large: undefined, silent: png(1) },
  { limits: any, files: [png(99), voice], large: undefined, silent: undefined },
])('%#: of $files', ({ limits: given, files, large, silent }) => {
  expect([largePicture(given, files), carriesNoText(given, files)]).toEqual([large, silent]);
});
