import { useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import type { Profile } from './storage.ts';
import type { Words } from './words.ts';

interface ContactFormProps {
  chat: Chat;
  words: Words;
  profile: Profile | null;
  /** Nobody is here: a message is asked for, and an address to answer to. */
  offline: boolean;
}

/** Good enough to catch a slip; whether it is theirs is not for a form to know. */
const emailShape = /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/;

export function ContactForm({ chat, words, profile, offline }: ContactFormProps) {
  const [name, setName] = useState(profile?.name ?? '');
  const [email, setEmail] = useState(profile?.email ?? '');
  const [text, setText] = useState('');
  const [checked, setChecked] = useState(false);
  const wrong = {
    name: name.trim() === '' ? words.nameMissing : '',
    email: (offline || email.trim() !== '') && !emailShape.test(email.trim()) ? words.emailWrong : '',
    text: offline && text.trim() === '' ? words.textMissing : '',
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const first = (['name', 'email', 'text'] as const).find((field) => wrong[field] !== '');
    if (first) return (event.currentTarget as HTMLFormElement).querySelector<HTMLElement>(`[name=${first}]`)?.focus();
    chat.introduce(name.trim(), email.trim());
    if (offline) chat.write(text.trim(), [], true);
  };
  const hint = (field: keyof typeof wrong) =>
    checked &&
    wrong[field] !== '' && (
      <span class="wrong" id={`${field}-wrong`} role="alert">
        {wrong[field]}
      </span>
    );
  const field = (key: keyof typeof wrong) => ({
    name: key,
    'aria-invalid': checked && wrong[key] !== '',
    'aria-describedby': `${key}-wrong`,
  });

  return (
    <form class="contact" noValidate onSubmit={submit} data-testid={offline ? 'widget-offline' : 'widget-prechat'}>
      <h3>{offline ? words.offlineHello : words.hello}</h3>
      <p>{offline ? words.offlineMore : words.helloMore}</p>
      <label>
        {words.name}
        <input
          {...field('name')}
          data-testid="widget-name"
          autocomplete="name"
          maxLength={100}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        {hint('name')}
      </label>
      <label>
        {offline ? words.emailNeeded : words.email}
        <input
          {...field('email')}
          data-testid="widget-email"
          type="email"
          inputMode="email"
          autocomplete="email"
          maxLength={320}
          placeholder={offline ? '' : words.emailWhy}
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        {hint('email')}
      </label>
      {offline && (
        <label>
          {words.message}
          <textarea
            {...field('text')}
            data-testid="widget-text"
            rows={4}
            maxLength={10_000}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {hint('text')}
        </label>
      )}
      <button type="submit" class="primary" data-testid={offline ? 'widget-send' : 'widget-start'}>
        {offline ? words.leave : words.start}
      </button>
    </form>
  );
}
