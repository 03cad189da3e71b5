import { channelName, presenceState, type Figure, type Wallboard } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { FigureTile, Help } from './figure-tile.tsx';
import { ChannelTiles } from './channel-tiles.tsx';
import { arrange, total, type Board } from './figures.ts';

const channelOf = (name: string | null | undefined) => channelName.options.find((one) => one === name);
const stateOf = (name: string | undefined) => presenceState.options.find((one) => one === name);

/** All figures, each at its place; those that this console does not know come last. */
export function BoardSections({ board }: { board: Wallboard }) {
  const { queues, agents, contacts, response, others } = arrange(board.figures);
  return (
    <div className="board-grid">
      <ChannelTiles tiles={board.channels} />
      <Queues queues={queues} at={board.at} />
      <Agents agents={agents} />
      <Contacts contacts={contacts} />
      <Response response={response} wide={others.length === 0 || response.length > 1} />
      {others.length > 0 && <Others others={others} />}
    </div>
  );
}

function Queues({ queues, at }: { queues: Board['queues']; at: string }) {
  const { t } = useTranslation();
  return (
    <section className="board-section board-queues" aria-label={t('wallboard.queues')}>
      <h2>
        {t('wallboard.queues')}
        <span className="board-total tabular">{total(queues.flatMap((queue) => queue.waiting ?? []))}</span>
      </h2>
      {queues.length === 0 && <p className="board-empty">{t('wallboard.noQueues')}</p>}
      <div className="board-tiles">
        {queues.map(({ name, waiting, longest }) => (
          <div key={name} className="board-queue">
            <span className="board-name">{name ? queueText(t, name) : t('wallboard.all')}</span>
            {waiting && (
              <FigureTile figure={waiting} label={t('figure.waiting')} large tone={waiting.value ? 'busy' : 'calm'} />
            )}
            {longest && <FigureTile figure={longest} label={t('figure.longest-wait')} since={at} />}
          </div>
        ))}
      </div>
    </section>
  );
}

function Agents({ agents }: { agents: Figure[] }) {
  const { t } = useTranslation();
  return (
    <section className="board-section" aria-label={t('wallboard.agents')}>
      <h2>
        {t('wallboard.agents')} <Help figure={agents[0]} label={t('wallboard.agents')} />
      </h2>
      <div className="board-tiles">
        {agents.map((figure) => {
          const name = figure.dimensions['state'] ?? '';
          const state = stateOf(name);
          return (
            <FigureTile
              key={name}
              figure={figure}
              label={state ? t(`presence.${state}`) : name}
              dot={state}
              help={false}
            />
          );
        })}
      </div>
    </section>
  );
}

function Contacts({ contacts }: { contacts: Figure[] }) {
  const { t } = useTranslation();
  return (
    <section className="board-section" aria-label={t('wallboard.contacts')}>
      <h2>
        {t('wallboard.contacts')}
        <span className="board-total tabular">{total(contacts)}</span>
        <Help figure={contacts[0]} label={t('wallboard.contacts')} />
      </h2>
      <div className="board-tiles">
        {contacts.map((figure) => {
          const name = figure.dimensions['channel'];
          const channel = channelOf(name);
          const label = channel ? t(`channel.${channel}`) : (name ?? t('wallboard.all'));
          return <FigureTile key={name ?? ''} figure={figure} label={label} dot={channel} help={false} />;
        })}
      </div>
    </section>
  );
}

function Response({ response, wide }: { response: Board['response']; wide: boolean }) {
  const { t } = useTranslation();
  return (
    <section
      className={`board-section board-response${wide ? ' board-wide' : ''}`}
      aria-label={t('wallboard.response')}
    >
      <h2>{t('wallboard.response')}</h2>
      <div className="board-tiles">
        {response.map(({ channel: name, median, p90 }) => {
          const channel = channelOf(name);
          return (
            <div key={name ?? ''} className="board-queue">
              <span className="board-name">{channel ? t(`channel.${channel}`) : (name ?? t('wallboard.all'))}</span>
              {median && <FigureTile figure={median} label={t('figure.first-response-median')} />}
              {p90 && <FigureTile figure={p90} label={t('figure.first-response-p90')} />}
            </div>
          );
        })}
      </div>
    </section>
  );
}

function Others({ others }: { others: Figure[] }) {
  const { t } = useTranslation();
  return (
    <section
      className={`board-section board-others${others.length > 3 ? ' board-wide' : ''}`}
      aria-label={t('wallboard.others')}
    >
      <h2>{t('wallboard.others')}</h2>
      <div className="board-tiles">
        {others.map((figure) => {
          const label = [figure.key.replaceAll('-', ' '), ...Object.values(figure.dimensions)].join(' · ');
          return <FigureTile key={label} figure={figure} label={label} />;
        })}
      </div>
    </section>
  );
}
