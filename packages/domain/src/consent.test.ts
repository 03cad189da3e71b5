import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carrierWord, consentWord, helpText } from './consent.ts';

describe('a word of consent', () => {
  it.each([
    ['STOP', 'stop'],
    ['  stop \n', 'stop'],
    ['Stop.', 'stop'],
    ['«Stop !»', 'stop'],
    ['"STOP"', 'stop'],
    ['STOP 🙏', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['\u200BSTOP\uFEFF', 'stop'],
    ['stop  all', 'stop'],
    ['Arrêt', 'stop'],
    ['arre\u0302t!', 'stop'],
    ['opt-out', 'stop'],
    ['退订', 'stop'],
    ['退订。', 'stop'],
    ['Start', 'start'],
    ['unstop', 'start'],
    ['help?', 'help'],
    ['INFO', 'help'],
  ])('%j is %s', (text, word) => {
    expect(consentWord(text, 'sms')).toEqual({ word, said: text.trim(), ambiguous: false });
  });

  it.each([
    'STOP PLEASE',
    'please stop',
    'STOP STOP',
    'bus stop',
    'S T O P',
    'STOPP',
    'non-stop',
    'help me',
    'start over',
    '',
    '!!!',
    '🙏',
    `${' '.repeat(100)}STOP`,
  ])('%j is none', (text) => {
    expect(consentWord(text, 'sms')).toBeNull();
  });

  it('YES is an answer, too', () => {
    expect(consentWord('Yes!', 'sms')).toEqual({ word: 'start', said: 'Yes!', ambiguous: true });
  });

  it.each(['CANCEL', 'End', 'quit', 'TD', 'remove'])(
    '%s on WhatsApp, where no carrier acts on it, is an answer',
    (text) => {
      expect(consentWord(text, 'whatsapp')).toBeNull();
      expect(consentWord(text, 'sms')?.word).toBe('stop');
    },
  );
  it.each(['Help!', 'Info', 'info?'])('%s on WhatsApp, where no carrier answers it, is a message', (text) => {
    expect(consentWord(text, 'whatsapp')).toBeNull();
    expect(consentWord(text, 'sms')?.word).toBe('help');
  });
  it.each(['STOP', 'Unsubscribe', 'ARRET'])('%s is one on WhatsApp', (text) => {
    expect(consentWord(text, 'whatsapp')?.word).toBe('stop');
  });

  it('is told by the carrier in its own field', () => {
    expect(['STOP', 'START', 'HELP', 'stop', '', 'x', undefined].map(carrierWord)).toEqual([
      'stop',
      'start',
      'help',
      'stop',
      null,
      null,
      null,
    ]);
  });

  it('does not depend on case or on what stands around it', () => {
    const around = fc.stringMatching(/^[ .,!?"'()\n-]{0,6}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('STOP', 'START', 'HELP', 'STOPALL', 'ARRET'),
        around,
        around,
        (word, before, after) => {
          const plain = consentWord(word, 'sms')?.word;
          expect(consentWord(before + word.toLowerCase() + after, 'sms')?.word).toBe(plain);
        },
      ),
    );
  });

  it('is never found in a message of which it is a part', () => {
    const other = fc.stringMatching(/^[a-z]{1,12}$/).filter((text) => text !== 'all');
    fc.assert(
      fc.property(fc.constantFrom('STOP', 'START', 'HELP', 'END', 'CANCEL'), other, (word, text) => {
        expect(consentWord(`${word} ${text}`, 'sms')).toBeNull();
        expect(consentWord(`${text} ${word}`, 'sms')).toBeNull();
      }),
    );
  });

  it('is told of whatever people type without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void consentWord(text, 'sms')));
  });
});

describe('the answer to HELP', () => {
  it.each(['en', 'zh'] as const)('says in %s who it is and how to end it', (language) => {
    expect(helpText('Acme', language)).toMatch(/Acme.*STOP/);
  });
});
