/** The entry of `widget.js`: puts the chat on the page that embeds it, in a shadow tree that the page's styles do not reach. */
import { render } from 'preact';
import { App } from './app.tsx';
import { Chat } from './chat.ts';
import { openMemory } from './storage.ts';
import styles from './styles.css?inline';
import { chooseWords } from './words.ts';

const hostId = 'patchbay-chat';
// Known only while the script itself runs, so it is read before anything is waited for.
const script = (document.currentScript ?? document.querySelector('script[data-patchbay]')) as HTMLScriptElement | null;

function mount(hubOrigin: string): void {
  if (document.getElementById(hostId)) return;
  const host = document.createElement('div');
  host.id = hostId;
  const root = host.attachShadow({ mode: 'open' });
  // A constructed sheet needs no 'unsafe-inline' in the embedding site's content security policy.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  document.body.append(host);
  const { words, language } = chooseWords(document.documentElement.lang, navigator.languages);
  host.lang = language;
  const chat = new Chat(hubOrigin, openMemory(hubOrigin));
  const token = script?.dataset['token'];
  if (token) chat.identify(token);
  // The page's own script calls this when its user logs in later.
  (window as { patchbay?: object }).patchbay = { identify: (given: string) => chat.identify(given) };
  if (chat.known) chat.start();
  render(<App chat={chat} words={words} language={language} />, root);
}

if (script?.src) {
  const origin = new URL(script.src).origin;
  if (document.body) mount(origin);
  else addEventListener('DOMContentLoaded', () => mount(origin));
}
