import {
  callState,
  channelName,
  clockKind,
  clockState,
  customFieldType,
  deliveryStatus,
  errorCode,
  eventType,
  identifierGrade,
  identifierKind,
  importState,
  messageKind,
  presenceState,
  relationKind,
  role,
  settingName,
  taskKind,
  ticketStatus,
} from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { en } from './en/index.ts';
import { zh } from './zh/index.ts';

/** Every text of a dictionary by its full key. */
function texts(dictionary: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(dictionary)) {
    if (typeof value === 'string') found.set(prefix + name, value);
    else for (const [key, text] of texts(value as object, `${prefix}${name}.`)) found.set(key, text);
  }
  return found;
}
const variables = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/gu)].map((match) => match[1] ?? '').sort();

describe('languages', () => {
  const [english, chinese] = [texts(en), texts(zh)];

  it('have the same keys', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have no empty text, and the same variables in each', () => {
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('');
      expect(chinese.get(key)?.trim(), key).not.toBe('');
      expect(variables(chinese.get(key) ?? ''), key).toEqual(variables(text));
    }
  });

  it('are translated', () => {
    const same = [...english].filter(([key, text]) => chinese.get(key) === text).map(([key]) => key);
    expect(same.sort()).toEqual([
      'app.name',
      'channel.whatsapp',
      'composer.subjectPlaceholder',
      'event.ticket.status-changed',
      'message.hub',
    ]);
  });

  it('name every word of the glossary', () => {
    const words: [string, readonly string[]][] = [
      ['channel', channelName.options],
      ['status', ticketStatus.options],
      ['clockKind', clockKind.options],
      ['clockState', clockState.options],
      ['kind', messageKind.options],
      ['delivery', deliveryStatus.options],
      ['presence', presenceState.options],
      ['role', role.options],
      ['callState', callState.options],
      ['identifierKind', identifierKind.options],
      ['grade', identifierGrade.options],
      ['gradeHelp', identifierGrade.options],
      ['event', eventType.options],
      ['problem', errorCode.options],
      ['changes.of', settingName.options],
      ['taskKind', taskKind.options],
      ['relation', relationKind.options],
      ['relationFrom', relationKind.options],
      ['imports.state', importState.options],
      ['customField.types', customFieldType.options],
    ];
    for (const [group, options] of words)
      for (const option of options) expect(english.has(`${group}.${option}`), `${group}.${option}`).toBe(true);
  });
});
