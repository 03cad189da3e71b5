import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import type { Words } from './words.ts';

interface CallBackProps {
  chat: Chat;
  /** It is on its way. */
  asked: boolean;
  words: Words;
}

/** Who does not want to wait leaves a number or an address, and keeps their place. */
export function CallBack({ chat, asked, words }: CallBackProps) {
  const [open, setOpen] = useState(false);
  if (asked)
    return (
      <p class="call-back" role="status" data-testid="widget-call-back-asked">
        {words.callBackAsked}
      </p>
    );
  if (open) return <CallBackForm chat={chat} words={words} />;
  return (
    <p class="call-back">
      <button type="button" class="link" data-testid="widget-call-back" onClick={() => setOpen(true)}>
        {words.callBackOffer}
      </button>
    </p>
  );
}

function CallBackForm({ chat, words }: Omit<CallBackProps, 'asked'>) {
  const input = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => input.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const to = value.trim();
    const failure = await chat.askCallBack(to.includes('@') ? { email: to } : { phone: to });
    setBusy(false);
    setProblem(failure === 'wrong' ? words.callBackWrong : failure ? words.retry : '');
  };
  return (
    <form class="call-back" noValidate onSubmit={(event) => void submit(event)}>
      <label>
        {words.callBackLabel}
        <input
          ref={input}
          data-testid="widget-call-back-to"
          autocomplete="tel"
          maxLength={320}
          aria-invalid={problem !== ''}
          aria-describedby="call-back-wrong"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        {problem && (
          <span class="wrong" id="call-back-wrong" role="alert">
            {problem}
          </span>
        )}
      </label>
      <button type="submit" class="primary" data-testid="widget-call-back-send" aria-disabled={busy}>
        {words.callBackSend}
      </button>
    </form>
  );
}
