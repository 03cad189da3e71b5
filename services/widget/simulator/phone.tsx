import { useState } from 'preact/hooks';
import { CallPanel } from './call-panel.tsx';
import { type Carrier, type Network, post } from './carrier.ts';
import { Thread } from './thread.tsx';
import { useWords } from './words.ts';

/** Numbers are compared without the spaces that people type. */
const plain = (number: string): string => number.replace(/[\s().-]/g, '');

/** The customer's phone. */
export function Phone({ carrier }: { carrier: Carrier }) {
  const words = useWords();
  const [typed, setTyped] = useState(localStorage.getItem('simulator.number') ?? '+49 1511 2345678');
  const [network, setNetwork] = useState<Network>('sms');
  const [name, setName] = useState('Ada');
  const [failure, setFailure] = useState('');
  const own = plain(typed);
  const call = carrier.calls.filter((one) => one.direction === 'inbound' && one.from === own).at(-1);
  const messages = carrier.messages.filter(
    (message) =>
      message.network === network && plain(message.direction === 'inbound' ? message.from : message.to) === own,
  );
  const onError = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));
  const setNumber = (number: string) => {
    localStorage.setItem('simulator.number', number);
    setTyped(number);
  };
  const dial = () => {
    setFailure('');
    void post('/call', { from: own }).catch(onError);
  };
  return (
    <section class="card phone" aria-labelledby="phone-title">
      <h2 id="phone-title">{words.phone}</h2>
      <div class="numbers">
        <label>
          {words.yourNumber}
          <input
            type="tel"
            name="number"
            value={typed}
            autocomplete="off"
            onInput={(event) => setNumber(event.currentTarget.value)}
          />
        </label>
        <p class="centre">
          {words.centre} <b>{network === 'whatsapp' ? carrier.whatsappNumber : carrier.number}</b>
        </p>
      </div>
      {failure && (
        <p role="alert" class="failure">
          {failure}
        </p>
      )}
      <CallPanel call={call} onDial={dial} onError={onError} />
      <div class="networks" role="group" aria-label={words.network}>
        {(['sms', 'whatsapp'] as const).map((one) => (
          <button
            type="button"
            key={one}
            class={one === network ? 'go' : 'plain'}
            aria-pressed={one === network}
            onClick={() => setNetwork(one)}
          >
            {one === 'sms' ? words.sms : 'WhatsApp'}
          </button>
        ))}
        {network === 'whatsapp' && (
          <label>
            {words.profileName}
            <input value={name} maxLength={200} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
        )}
      </div>
      <Thread key={network} messages={messages} from={own} network={network} name={name} onError={onError} />
    </section>
  );
}
