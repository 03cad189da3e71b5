import { describe, expect, it } from 'vitest';
import { insertAt, markSelection, pictureToken } from './text-edit.ts';

describe('marks around a selection', () => {
  it('are put there and taken away', () => {
    const bold = markSelection({ text: 'a word b', start: 2, end: 6 }, 'bold');
    expect(bold).toEqual({ text: 'a **word** b', start: 4, end: 8 });
    expect(markSelection(bold, 'bold')).toEqual({ text: 'a word b', start: 2, end: 6 });
    expect(markSelection(bold, 'italic').text).toBe('a ***word*** b');
  });

  it('make items of lines', () => {
    expect(markSelection({ text: 'x\none\ntwo\ny', start: 3, end: 9 }, 'list').text).toBe('x\n- one\n- two\ny');
  });

  it('a picture stands where the cursor is', () => {
    expect(insertAt({ text: 'ab', start: 1, end: 1 }, pictureToken('a]b', 'c@d'))).toEqual({
      text: 'a![a b](cid:c@d)b',
      start: 16,
      end: 16,
    });
  });
});
