import { expect, test } from 'vitest';
import { isReadable, mostLevels } from './html-depth.ts';

const many = 50_000;

test.each<[string, string]>([
  ['elements in each other', '<div>'.repeat(mostLevels + 1)],
  ['parts of tables in themselves', '<thead>'.repeat(many)],
  ['paragraphs in items', '<li><p>'.repeat(many)],
  ['tables without tables', '<tr><tbody>'.repeat(many)],
  ['items in options', '<option><li>'.repeat(many)],
  ['behind an abrupt comment', `<!-->${'<div>'.repeat(many)}`],
  ['with ends within attributes', '<div><a title="></div>">'.repeat(many)],
  ['with ends within texts', '<div><textarea></div></textarea>'.repeat(many)],
])('what nests deeper than is read: %s', (_name, html) => {
  expect(isReadable(html)).toBe(false);
});

test.each<[string, string]>([
  ['as deep as is read', '<div>'.repeat(mostLevels)],
  [
    'cells with fonts that nobody closes',
    `<table>${'<tr><td><font size=2>text</td></tr>'.repeat(2 * mostLevels)}</table>`,
  ],
  ['paragraphs with fonts that nobody closes', '<p><font>text</p>'.repeat(2 * mostLevels)],
  ['paragraphs that nobody closes', '<p>text'.repeat(2 * mostLevels)],
  ['items that nobody closes', `<ul>${'<li>text'.repeat(2 * mostLevels)}</ul>`],
  ['rows that nobody closes', `<table>${'<tr><td>text<td>text'.repeat(2 * mostLevels)}</table>`],
  ['line breaks and pictures', '<br><img src="a.png">'.repeat(2 * mostLevels)],
  ['tags in a comment', `<!-- ${'<div>'.repeat(2 * mostLevels)} -->`],
])('what does not: %s', (_name, html) => {
  expect(isReadable(html)).toBe(true);
});
