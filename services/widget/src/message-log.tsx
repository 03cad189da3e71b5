import type { VisitorMessage } from '@patchbay/contracts';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Chat, ChatState } from './chat.ts';
import { sizeOf } from './composer.tsx';
import type { Attached, Outgoing } from './conversation.ts';
import { ClockIcon, FileIcon, TickIcon } from './icons.tsx';
import type { Words } from './words.ts';

interface LogProps {
  chat: Chat;
  state: ChatState;
  words: Words;
  language: string;
}

/** Closer to the end than this many pixels, the reader wants to see what comes. */
const nearEnd = 80;

export function MessageLog({ chat, state, words, language }: LogProps) {
  const log = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const { messages, outgoing } = state.conversation;
  const written = outgoing.at(-1)?.clientId;
  useLayoutEffect(() => {
    if (log.current && following.current) log.current.scrollTop = log.current.scrollHeight;
  });
  useLayoutEffect(() => {
    if (written && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [written]);
  const onScroll = () => {
    if (log.current)
      following.current = log.current.scrollHeight - log.current.scrollTop - log.current.clientHeight < nearEnd;
  };
  // Nobody is here and the last word is the visitor's, safely with the hub.
  const left =
    state.available === false &&
    outgoing.every((message) => message.state === 'accepted') &&
    messages.findLast(({ from }) => from !== 'system')?.from !== 'agent';

  return (
    <div
      ref={log}
      class="log"
      role="log"
      aria-live="polite"
      aria-label={words.log}
      tabIndex={0}
      onScroll={onScroll}
      onLoadCapture={() => {
        if (log.current && following.current) log.current.scrollTop = log.current.scrollHeight;
      }}
    >
      {messages.length + outgoing.length === 0 && <p class="greeting">{words.hello}</p>}
      {messages.map((message, index) => (
        <Shown
          key={message.clientId ?? message.id}
          {...{ chat, message, words, language }}
          before={messages[index - 1]}
        />
      ))}
      {outgoing.map((message) => (
        <Unshown key={message.clientId} {...{ chat, message, words, language }} linked={state.link === 'online'} />
      ))}
      {left && messages.length + outgoing.length > 0 && (
        <p class="notice" data-testid="widget-left">
          {words.left}
        </p>
      )}
      {state.typing !== null && (
        <p class="typing" data-testid="widget-typing">
          <i />
          <i />
          <i />
          <span>{words.types(state.typing || words.team)}</span>
        </p>
      )}
    </div>
  );
}

interface ShownProps extends Omit<LogProps, 'state'> {
  message: VisitorMessage;
  before: VisitorMessage | undefined;
}

function Shown({ chat, message, before, words, language }: ShownProps) {
  const own = message.from === 'visitor';
  const newDay = dayOf(message.at) !== (before && dayOf(before.at));
  const speaker = own ? words.you : (message.name ?? words.team);
  const newSpeaker = newDay || before?.from !== message.from || before.name !== message.name;
  return (
    <>
      {newDay && (
        <p class="day">
          {new Date(message.at).toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long' })}
        </p>
      )}
      <article
        class={`bubble ${message.from}`}
        data-testid="widget-message"
        data-from={message.from}
        data-status={message.status}
      >
        {newSpeaker && <b class={own ? 'hidden' : ''}>{speaker}</b>}
        <Body {...{ chat, text: message.text, attachments: message.attachments }} />
        <footer>
          <time dateTime={message.at}>{timeOf(message.at, language)}</time>
          {own && <Progress status={message.status} words={words} />}
        </footer>
      </article>
    </>
  );
}

interface UnshownProps extends Omit<LogProps, 'state'> {
  message: Outgoing;
  linked: boolean;
}

function Unshown({ chat, message, words, language, linked }: UnshownProps) {
  const status =
    message.state === 'waiting' ? (linked ? 'sending' : 'waiting') : message.state === 'accepted' ? 'sent' : 'refused';
  return (
    <article
      class={`bubble visitor ${message.state}`}
      data-testid="widget-message"
      data-from="visitor"
      data-status={status}
    >
      <Body {...{ chat, text: message.text, attachments: message.attachments }} />
      <footer>
        <time dateTime={message.at}>{timeOf(message.at, language)}</time>
        <Progress status={status} words={words} />
      </footer>
      {message.state === 'refused' && (
        <div class="refusal" role="alert">
          <span>
            {words.refused}: {message.reason}
          </span>
          <button type="button" onClick={() => chat.retry(message.clientId)}>
            {words.retry}
          </button>
          <button type="button" onClick={() => chat.discard(message.clientId)}>
            {words.discard}
          </button>
        </div>
      )}
    </article>
  );
}

function Progress({
  status,
  words,
}: {
  status: 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'refused';
  words: Words;
}) {
  return (
    <span class={`progress ${status}`} role="img" aria-label={words[status]} title={words[status]}>
      {status === 'waiting' || status === 'sending' ? (
        <ClockIcon />
      ) : status === 'refused' ? (
        '!'
      ) : (
        <TickIcon twice={status !== 'sent'} />
      )}
    </span>
  );
}

function Body({ chat, text, attachments }: { chat: Chat; text: string; attachments: readonly Attached[] }) {
  return (
    <>
      {text && <p>{linked(text)}</p>}
      {attachments.map((file) => (
        <a
          key={file.id}
          class={isImage(file) ? 'image' : 'file'}
          href={chat.fileUrl(file)}
          target="_blank"
          rel="noopener noreferrer"
          download={file.filename}
        >
          {isImage(file) ? (
            <img src={chat.fileUrl(file)} alt={file.filename} />
          ) : (
            <>
              <FileIcon />
              <span>{file.filename}</span>
              <small>{sizeOf(file.size)}</small>
            </>
          )}
        </a>
      ))}
    </>
  );
}

const isImage = ({ contentType }: Attached) => /^image\/(png|jpeg|gif|webp|avif)$/.test(contentType);
const dayOf = (at: string) => new Date(at).toDateString();
const timeOf = (at: string, language: string) =>
  new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });

/** Web addresses become links; everything else stays text. */
function linked(text: string) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'，。；：！？）】」])/u).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
