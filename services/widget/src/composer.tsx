import { useRef, useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import type { Attached } from './conversation.ts';
import { AttachIcon, CloseIcon, SendIcon } from './icons.tsx';
import { Refused } from './hub.ts';
import type { Words } from './words.ts';

/** A chosen file on its way to the hub. It is sent by its id, so the message waits for it. */
interface Pick {
  readonly key: number;
  readonly file: File;
  readonly stored?: Attached;
  readonly problem?: string;
}

const fileLimitBytes = 10 * 1024 * 1024;
const filesPerMessage = 10;
const typingPauseMs = 4_000;
let lastKey = 0;

function useUploads(chat: Chat, words: Words) {
  const [picks, setPicks] = useState<readonly Pick[]>([]);
  const update = (key: number, part: Partial<Pick>) =>
    setPicks((all) => all.map((pick) => (pick.key === key ? { ...pick, ...part } : pick)));
  const upload = async ({ key, file }: Pick) => {
    try {
      update(key, { stored: await chat.upload(file) });
    } catch (error) {
      update(key, { problem: error instanceof Refused ? error.message : words.uploadFailed });
    }
  };
  return {
    picks,
    add(files: Iterable<File>) {
      const room = filesPerMessage - picks.length;
      const added = [...files].slice(0, room).map((file): Pick => ({
        key: ++lastKey,
        file,
        ...(file.size > fileLimitBytes && { problem: words.tooLarge }),
      }));
      setPicks((all) => [...all, ...added]);
      for (const pick of added) if (!pick.problem) void upload(pick);
    },
    remove: (key: number) => setPicks((all) => all.filter((pick) => pick.key !== key)),
    clear: () => setPicks([]),
  };
}

export function Composer({ chat, words }: { chat: Chat; words: Words }) {
  const [text, setText] = useState('');
  const { picks, add, remove, clear } = useUploads(chat, words);
  const area = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stored = picks.flatMap((pick) => pick.stored ?? []);
  const ready = stored.length === picks.length && (text.trim() !== '' || stored.length > 0);

  const send = () => {
    if (!ready) return;
    chat.write(text.trim(), stored, false);
    setText('');
    clear();
    clearTimeout(pause.current);
    area.current?.focus();
  };
  const onInput = (value: string) => {
    setText(value);
    chat.typingNow(value !== '');
    clearTimeout(pause.current);
    pause.current = setTimeout(() => chat.typingNow(false), typingPauseMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends the choice of a Chinese word; that is not for us.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    add(files);
  };

  return (
    <div class="composer">
      {picks.length > 0 && (
        <ul class="picks">
          {picks.map(({ key, file, stored: done, problem }) => (
            <li key={key} class={problem ? 'bad' : done ? 'done' : 'busy'} data-testid="widget-file">
              <span>{file.name}</span>
              <small>{problem ?? (done ? sizeOf(file.size) : words.uploading)}</small>
              <button type="button" class="icon" aria-label={words.remove(file.name)} onClick={() => remove(key)}>
                <CloseIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="line">
        <button type="button" class="icon" aria-label={words.attach} onClick={() => chooser.current?.click()}>
          <AttachIcon />
        </button>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          data-testid="widget-attach"
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
        <div class="grow" data-text={`${text} `}>
          <textarea
            ref={area}
            rows={1}
            maxLength={10_000}
            data-testid="widget-text"
            aria-label={words.message}
            placeholder={words.placeholder}
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
        </div>
        <button
          type="button"
          class="send"
          aria-label={words.send}
          data-testid="widget-send"
          disabled={!ready}
          onClick={send}
        >
          <SendIcon />
        </button>
      </div>
    </div>
  );
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${Math.round(kilobytes)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
