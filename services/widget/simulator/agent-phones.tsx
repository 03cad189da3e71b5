import { CallState, Transcript } from './call-panel.tsx';
import { type Call, type Carrier, customerMoods, post } from './carrier.ts';
import { useWords } from './words.ts';

/** What goes wrong here shows in the next state: the phone no longer rings. */
const order = (path: string, body: object) => void post(path, body).catch(() => undefined);

function AgentPhone({ call }: { call: Call }) {
  const words = useWords();
  const act = (action: 'answer' | 'decline') => order('/agent-leg', { callSid: call.sid, action });
  return (
    <li class="agent-phone">
      <b>{call.to}</b> {call.party === 'customer' && <span>{words.customer}</span>}
      <CallState call={call} />
      <div class="call-actions">
        {call.status === 'ringing' && (
          <button type="button" class="go" onClick={() => act('answer')}>
            {words.answer}
          </button>
        )}
        {call.status === 'ringing' && (
          <button type="button" class="stop" onClick={() => act('decline')}>
            {words.decline}
          </button>
        )}
        {call.status === 'in-progress' && (
          <button type="button" class="stop" onClick={() => order('/hangup', { callSid: call.sid })}>
            {words.hangUp}
          </button>
        )}
      </div>
      {call.transcript.length > 0 && <Transcript call={call} />}
    </li>
  );
}

/** Phones that the centre rings: the agents' own, and those of customers whom agents call. */
export function AgentPhones({ carrier }: { carrier: Carrier }) {
  const words = useWords();
  const calls = carrier.calls
    .filter((call) => call.direction === 'outbound-api')
    .slice(-3)
    .reverse();
  return (
    <section class="card" aria-labelledby="agents-title">
      <h2 id="agents-title">{words.agents}</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={carrier.autoAnswer}
          onChange={(event) => order('/settings', { autoAnswer: event.currentTarget.checked })}
        />{' '}
        {words.autoAnswer}
      </label>
      <label class="check">
        {words.customersDo}{' '}
        <select
          value={carrier.customers}
          onChange={(event) => order('/settings', { customers: event.currentTarget.value })}
          data-testid="customers"
        >
          {customerMoods.map((mood) => (
            <option key={mood} value={mood}>
              {words[`customers-${mood}`]}
            </option>
          ))}
        </select>
      </label>
      {calls.length === 0 ? (
        <p class="empty">{words.nobodyRung}</p>
      ) : (
        <ul class="agent-phones">
          {calls.map((call) => (
            <AgentPhone key={call.sid} call={call} />
          ))}
        </ul>
      )}
    </section>
  );
}
