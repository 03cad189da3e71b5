import { describe, expect, it } from 'vitest';
import { linkParts } from './link-parts.ts';

describe('links in plain text', () => {
  it('finds addresses and leaves the sentence its punctuation', () => {
    expect(linkParts('See https://a.example/x?y=1, please.')).toEqual([
      { text: 'See ' },
      { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { text: ', please.' },
    ]);
    expect(linkParts('请看 https://a.example/订单。谢谢')).toEqual([
      { text: '请看 ' },
      { text: 'https://a.example/订单', href: 'https://a.example/订单' },
      { text: '。谢谢' },
    ]);
  });

  it('comes to the end of very many full stops', () => {
    const text = `https://a${'.'.repeat(200_000)}x`;
    expect(linkParts(text)).toEqual([{ text, href: text }]);
    expect(linkParts(`https://a${'.'.repeat(200_000)}`)[0]).toEqual({ text: 'https://a', href: 'https://a' });
  });

  it('makes no link of anything that is not http', () => {
    expect(linkParts('javascript:alert(1) file:///etc')).toEqual([{ text: 'javascript:alert(1) file:///etc' }]);
  });
});
