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
