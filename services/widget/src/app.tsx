import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { CallBack } from './call-back.tsx';
import type { Chat, ChatState } from './chat.ts';
import { unreadCount } from './conversation.ts';
import { Composer } from './composer.tsx';
import { ContactForm } from './contact-form.tsx';
import { ChatIcon, CloseIcon } from './icons.tsx';
import { MessageLog } from './message-log.tsx';
import type { Words } from './words.ts';

export interface AppProps {
  chat: Chat;
  words: Words;
  language: string;
}

function useChat(chat: Chat): ChatState {
  const [state, setState] = useState(chat.state);
  useEffect(() => chat.subscribe(() => setState(chat.state)), [chat]);
  return state;
}

export function App({ chat, words, language }: AppProps) {
  const state = useChat(chat);
  const [open, setOpen] = useState(false);
  const launcher = useRef<HTMLButtonElement>(null);
  const show = useCallback(() => {
    chat.start();
    setOpen(true);
  }, [chat]);
  const hide = useCallback(() => {
    setOpen(false);
    launcher.current?.focus();
  }, []);

  useEffect(() => chat.look(open), [chat, open]);
  useEffect(() => {
    // Any element of the page may open the chat: <button data-patchbay-open>.
    const onClick = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest('[data-patchbay-open]')) show();
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, [show]);

  const unread = open ? 0 : unreadCount(state.conversation);
  return (
    <>
      {open && <Panel chat={chat} state={state} words={words} language={language} onClose={hide} />}
      <button
        ref={launcher}
        type="button"
        class={open ? 'launcher opened' : 'launcher'}
        data-testid="widget-launcher"
        aria-label={open ? words.close : unread > 0 ? `${words.launcher}, ${words.unread(unread)}` : words.launcher}
        aria-expanded={open}
        onClick={open ? hide : show}
      >
        {open ? <CloseIcon /> : <ChatIcon />}
        {unread > 0 && (
          <span class="badge" data-testid="widget-unread" aria-hidden="true">
            {unread > 9 ? '9+' : unread}
          </span>
        )}
      </button>
    </>
  );
}

interface PanelProps extends AppProps {
  state: ChatState;
  onClose: () => void;
}

function Panel({ chat, state, words, language, onClose }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const { conversation, profile, available, link, place } = state;
  const begun = conversation.messages.length + conversation.outgoing.length > 0;
  const screen =
    begun || (profile && available !== false) ? 'talk' : available === null && link !== 'offline' ? 'wait' : 'form';
  // What is shown first gets the focus, also when the screen changes.
  useEffect(() => panel.current?.querySelector<HTMLElement>('input:not([type=file]), textarea')?.focus(), [screen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) onClose();
    else if (event.key === 'Tab' && panel.current) keepFocus(panel.current, event);
  };
  return (
    <div ref={panel} class="panel" role="dialog" aria-modal="true" aria-label={words.title} onKeyDown={onKeyDown}>
      <header>
        <div class="mark" aria-hidden="true">
          <ChatIcon />
        </div>
        <div class="titles">
          <h2>{words.title}</h2>
          <Status state={state} words={words} />
        </div>
        <button type="button" class="icon" aria-label={words.close} data-testid="widget-close" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {screen === 'wait' && (
        <div class="wait" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      )}
      {screen === 'form' && <ContactForm chat={chat} words={words} profile={profile} offline={available === false} />}
      {screen === 'talk' && (
        <>
          <Place state={state} words={words} />
          {place && place.callBack !== 'no' && link === 'online' && (
            <CallBack chat={chat} asked={place.callBack === 'asked'} words={words} />
          )}
          <MessageLog chat={chat} state={state} words={words} language={language} />
          <Composer chat={chat} words={words} />
        </>
      )}
    </div>
  );
}

/** Never says more than is so: without a connection nothing is promised but that unsent messages are kept. */
function Status({ state, words }: { state: ChatState; words: Words }) {
  const { link, available, agentName } = state;
  const shown =
    link === 'offline' ? 'offline' : link !== 'online' ? 'connecting' : available === false ? 'unavailable' : 'online';
  const text = {
    offline: words.offline,
    connecting: words.connecting,
    unavailable: words.unavailable,
    online: agentName ? words.withAgent(agentName) : words.available,
  }[shown];
  return (
    <p class={`status ${shown}`} role="status" data-testid="widget-status" data-state={shown}>
      <span>{text}</span>
    </p>
  );
}

/** Stands there empty too, so that screen readers tell what comes into it (WAI-ARIA 1.2, live regions). */
function Place({ state: { link, available, place }, words }: { state: ChatState; words: Words }) {
  // Nobody is there: what was expected of those who were says nothing.
  const shown = link === 'online' && available !== false ? place : null;
  return (
    <div class={shown ? 'place' : 'hidden'} role="status" aria-live="polite" data-testid="widget-place">
      {shown && (
        <>
          <b>{words.place(shown.place)}</b> {shown.minutes === null ? words.waitUnknown : words.wait(shown.minutes)}
        </>
      )}
    </div>
  );
}

/** Tab goes round inside the panel (WAI-ARIA Authoring Practices, modal dialog). */
function keepFocus(panel: HTMLElement, event: KeyboardEvent): void {
  const stops = [
    ...panel.querySelectorAll<HTMLElement>(
      'a[href], button:not(:disabled), input:not([type=file]), textarea, [tabindex="0"]',
    ),
  ];
  const active = (panel.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (active !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
