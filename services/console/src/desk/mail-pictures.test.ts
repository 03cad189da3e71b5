import type { Attachment } from '@patchbay/contracts';
import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { filesBelow } from './mail-pictures.ts';

const file = (contentId: string, contentType: string, inline = true): Attachment => ({
  id: contentId,
  filename: contentId,
  contentType,
  size: 1,
  sha256: '',
  inline,
  contentId,
  url: `/${contentId}`,
});

it.each([
  ['a picture that is drawn', '<img src="cid:a@x">', file('a@x', 'image/png'), []],
  ['one whose name is written in another way', '<img src="CID:a%40x">', file('a@x', 'image/jpg'), []],
  ['what a browser cannot draw', '<img src="cid:a@x">', file('a@x', 'image/heic'), ['a@x']],
  ['a drawing that could hold a program', '<img src="cid:a@x">', file('a@x', 'image/svg+xml'), ['a@x']],
  ['a picture whose name only begins like it', '<img src="cid:a1">', file('a', 'image/png'), ['a']],
  ['what only a link leads to', '<a href="cid:a">see</a>', file('a', 'image/png'), ['a']],
  ['what stands in a remark', '<!-- <img src="cid:a"> -->', file('a', 'image/png'), ['a']],
  ['a background', '<td background="cid:a">', file('a', 'image/png'), ['a']],
  ['what is attached as well', '<img src="cid:a">', file('a', 'image/png', false), ['a']],
])('below a mail stands %s or not', (_what, html, one, below) => {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  expect(filesBelow([one], document as unknown as ParentNode).map(({ id }) => id)).toEqual(below);
});

it('below a mail without HTML stands everything', () => {
  expect(filesBelow([file('a', 'image/png')], null)).toHaveLength(1);
});
