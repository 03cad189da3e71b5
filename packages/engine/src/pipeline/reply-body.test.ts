import { expect, it } from 'vitest';
import { replyBody } from './reply-body.ts';

const written = { text: 'Hello', html: undefined, light: false, pictures: false, forwarded: null };

it.each(['Ca$$h & Co', '$& $1', "$` $'", '<b>Ada</b>'])(
  'a signature has the name of the agent as it is: %s',
  (agentName) => {
    const signature = { text: 'Yours, {{agent}} ({{agent}})', html: '<p>Yours, {{agent}}</p>' };
    const body = replyBody({ ...written, agentName, signature });
    expect(body.text).toBe(`Hello\n\n-- \nYours, ${agentName} (${agentName})`);
    const escaped = agentName.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(body.html?.replaceAll('&#39;', "'")).toContain(`<p>Yours, ${escaped}</p>`);
  },
);

const mail = { from: 'ada@x.example', fromName: null, to: [], cc: [], subject: 'Lamp', date: 'today', text: 'A B' };

it.each([
  ['a picture that goes with it stays', '<p>A<img src="cid:lamp">B</p>', ['room'], '<p>A<img src="cid:lamp" />B</p>'],
  ['one that does not is taken out', '<p>A<img src="cid:room">B</p>', ['room'], '<p>AB</p>'],
  ['also where its id is written for a URL', '<p>A<img src="CID:a%2Bb@x">B</p>', ['a+b@x'], '<p>AB</p>'],
  ['and with a wrong escape', '<p>A<img src="cid:50%">B</p>', ['50%'], '<p>AB</p>'],
  ['what else has that name stays', '<p>A<a href="https://x.example/room">B</a></p>', ['room'], 'A<a'],
])('what is passed on: %s', (_, html, leftOut, shown) => {
  const forwarded = { mail, html, withoutPictures: new Set(leftOut) };
  expect(replyBody({ ...written, agentName: 'Ann', signature: null, forwarded }).html).toContain(shown);
});

it.each([
  ['deep HTML is passed on with its pictures', '<div>'.repeat(900), '<img src="cid:lamp" />'],
  // Built, it would hold everything up for half a minute.
  ['what nests deeper than is read is passed on as its text', '<div>'.repeat(200_000), '<blockquote><p>A B</p>'],
])('%s', (_name, levels, shown) => {
  const forwarded = { mail, html: `${levels}<img src="cid:lamp">`, withoutPictures: new Set<string>() };
  const begin = performance.now();
  expect(replyBody({ ...written, agentName: 'Ann', signature: null, forwarded }).html).toContain(shown);
  expect(performance.now() - begin).toBeLessThan(2_000);
});

it.each([
  ['in each other', '<div>'.repeat(60_000)],
  ['items in lists in each other', '<ul><li>'.repeat(40_000)],
  ['beside each other', '<b>x</b>'.repeat(60_000)],
])('more elements than are sanitised at once are refused: %s', (_name, html) => {
  const begin = performance.now();
  expect(() => replyBody({ ...written, html, agentName: 'Ann', signature: null })).toThrow(
    'html: has too many elements',
  );
  expect(performance.now() - begin).toBeLessThan(500);
});

it('as many elements as a long letter has are sanitised', () => {
  const html = '<tr><td>Lamp</td><td>5</td></tr>'.repeat(5_000);
  expect(replyBody({ ...written, html: `<table>${html}</table>`, agentName: 'Ann', signature: null }).html).toContain(
    'Lamp',
  );
});
