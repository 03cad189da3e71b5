import { useEffect, useRef, useState } from 'preact/hooks';
import { post, type Network, type TextMessage } from './carrier.ts';
import { statusWord, useWords } from './words.ts';

function Bubble({ message }: { message: TextMessage }) {
  const words = useWords();
  const own = message.direction === 'inbound';
  return (
    <li class={own ? 'bubble own' : 'bubble'} data-sid={message.sid}>
      {message.body && <p>{message.body}</p>}
      {message.media.map((item) => (
        <p class="file" key={item.url}>
          {item.contentType.startsWith('image/') ? (
            <img class="picture" src={item.url} alt={item.filename} />
          ) : (
            <a href={item.url} download={item.filename}>
              📎 {item.filename}
            </a>
          )}
        </p>
      ))}
      <small>
        {new Date(message.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })} ·{' '}
        {statusWord(words, message.status)}
      </small>
    </li>
  );
}

async function encoded(file: File) {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '');
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
  return {
    filename: file.name,
    contentType: file.type || 'application/octet-stream',
    base64: url.slice(url.indexOf(',') + 1),
  };
}

function Composer({ from, network, name, onError }: Pick<ThreadProps, 'from' | 'network' | 'name' | 'onError'>) {
  const words = useWords();
  const [body, setBody] = useState('');
  const [files, setFiles] = useState<File[]>([]);
  const send = async () => {
    if (body.trim() === '' && files.length === 0) return;
    const media = await Promise.all(files.map(encoded));
    setBody('');
    setFiles([]);
    const { status } = await post('/text', { network, from, name, body, media });
    if (typeof status === 'number' && (status < 200 || status >= 300))
      throw new Error(status === 0 ? words.unreachable : words.refused.replace('{status}', String(status)));
  };
  const submit = () => void send().catch(onError);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {files.map((file) => (
        <p class="file" key={file.name}>
          📎 {file.name}{' '}
          <button type="button" class="plain" onClick={() => setFiles(files.filter((one) => one !== file))}>
            {words.remove}
          </button>
        </p>
      ))}
      <div class="composer-row">
        <label class="attach" title={words.attach}>
          <input
            type="file"
            multiple
            class="quiet"
            aria-label={words.attach}
            onChange={(event) => {
              setFiles([...files, ...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
          <span aria-hidden="true">＋</span>
        </label>
        <textarea
          rows={1}
          value={body}
          maxLength={1600}
          aria-label={words.message}
          placeholder={words.message}
          onInput={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              submit();
            }
          }}
        />
        <button type="submit" class="go">
          {words.send}
        </button>
      </div>
    </form>
  );
}

interface ThreadProps {
  messages: TextMessage[];
  from: string;
  network: Network;
  /** The name that WhatsApp shows. */
  name: string;
  onError: (error: unknown) => void;
}

/** The texts between one number and the centre. */
export function Thread({ messages, from, network, name, onError }: ThreadProps) {
  const words = useWords();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [messages.length]);
  return (
    <section class="texts">
      <ol class="thread" ref={list} tabIndex={0} aria-live="polite" aria-label={words.message}>
        {messages.map((message) => (
          <Bubble key={message.sid} message={message} />
        ))}
        {messages.length === 0 && <li class="empty">{words.noMessages}</li>}
      </ol>
      <Composer from={from} network={network} name={name} onError={onError} />
    </section>
  );
}
