/** The simulator's page: a customer's phone and mail program, for trying the centre out. */
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AgentPhones } from './agent-phones.tsx';
import { type Carrier, useCarrier } from './carrier.ts';
import { MailForm } from './mail-form.tsx';
import { Phone } from './phone.tsx';
import './simulator.css';
import { dictionaries, firstLanguage, useWords, WordsContext } from './words.ts';

function Wire({ wire }: { wire: Carrier['wire'] }) {
  const words = useWords();
  return (
    <details class="card wire">
      <summary>
        {words.wire} ({wire.length})
      </summary>
      {wire.length === 0 && <p class="empty">{words.noWire}</p>}
      <ol>
        {[...wire].reverse().map((entry, index) => (
          <li key={index}>
            <time>{new Date(entry.at).toLocaleTimeString()}</time> <code>{entry.path}</code>{' '}
            <b class={entry.status >= 200 && entry.status < 300 ? 'success' : 'failure'}>{entry.status || '—'}</b>
          </li>
        ))}
      </ol>
    </details>
  );
}

function App() {
  const [language, setLanguage] = useState(firstLanguage);
  const { carrier, online } = useCarrier();
  const words = dictionaries[language];
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
    document.title = `Patchbay · ${words.title}`;
  }, [language, words]);
  const other = language === 'en' ? 'zh' : 'en';
  const choose = () => {
    localStorage.setItem('simulator.language', other);
    setLanguage(other);
  };
  return (
    <WordsContext.Provider value={words}>
      <header>
        <div>
          <h1>Patchbay · {words.title}</h1>
          <p>{words.subtitle}</p>
        </div>
        <button type="button" class="plain" lang={other === 'zh' ? 'zh-Hans' : 'en'} onClick={choose}>
          {words.language}
        </button>
      </header>
      {carrier && !online && (
        <p role="alert" class="failure banner">
          {words.offline}
        </p>
      )}
      {carrier ? (
        <main>
          <Phone carrier={carrier} />
          <div class="side">
            <MailForm mailTo={carrier.mailTo} />
            <AgentPhones carrier={carrier} />
            <Wire wire={carrier.wire} />
          </div>
        </main>
      ) : (
        <p class="banner" role="status">
          {words.working}
        </p>
      )}
    </WordsContext.Provider>
  );
}

const root = document.getElementById('app');
if (root) render(<App />, root);
