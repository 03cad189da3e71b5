import { useState } from 'preact/hooks';
import { post } from './carrier.ts';
import { useWords } from './words.ts';

type Outcome = { kind: 'none' | 'busy' | 'sent' } | { kind: 'failed'; why: string };

/** Sends a mail to the centre as a stranger's mail server would. */
export function MailForm({ mailTo }: { mailTo: string | null }) {
  const words = useWords();
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const send = async (form: HTMLFormElement) => {
    setOutcome({ kind: 'busy' });
    try {
      await post('/mail', Object.fromEntries(new FormData(form)));
      setOutcome({ kind: 'sent' });
      for (const field of form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('[name=subject], [name=text]'))
        field.value = '';
    } catch (error) {
      setOutcome({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <section class="card" aria-labelledby="mail-title">
      <h2 id="mail-title">{words.mail}</h2>
      {mailTo === null ? (
        <p class="empty">{words.mailOff}</p>
      ) : (
        <form
          class="mail"
          onSubmit={(event) => {
            event.preventDefault();
            void send(event.currentTarget);
          }}
        >
          <label>
            {words.from}
            <input type="email" name="from" required defaultValue="customer@example.com" />
          </label>
          <label>
            {words.to}
            <input type="email" name="to" required defaultValue={mailTo} />
          </label>
          <label>
            {words.subject}
            <input name="subject" maxLength={998} />
          </label>
          <label>
            {words.text}
            <textarea name="text" rows={6} />
          </label>
          <button type="submit" class="go" disabled={outcome.kind === 'busy'}>
            {words.sendMail}
          </button>
          {outcome.kind === 'busy' && <p role="status">{words.working}</p>}
          {outcome.kind === 'sent' && (
            <p role="status" class="success">
              {words.mailSent}
            </p>
          )}
          {outcome.kind === 'failed' && (
            <p role="alert" class="failure">
              {outcome.why}
            </p>
          )}
        </form>
      )}
    </section>
  );
}
