import { expect, it } from 'vitest';
import { embedCode, originOf } from './web-form-draft.ts';

it('gives websites a frame that no title can break out of', () => {
  const form = { url: 'https://hub.example/forms/a', titleZh: '联系', languages: ['en' as const] };
  expect(embedCode({ ...form, titleEn: '"><script>alert(1)</script> & co' })).toBe(
    '<iframe src="https://hub.example/forms/a" title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" width="100%" height="720" style="border:0"></iframe>',
  );
  expect(embedCode({ ...form, titleEn: 'Contact', languages: ['zh'] })).toContain('title="联系"');
});

it.each([
  ['www.example.com/contact?x=1', 'https://www.example.com'],
  ['https://www.example.com/', 'https://www.example.com'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['https://*.example.com', 'https://*.example.com'],
  ['*', '*'],
  ['not an origin', 'not an origin'],
])('takes %s for %s', (given, origin) => {
  expect(originOf(given)).toBe(origin);
});
