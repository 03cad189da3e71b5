/** One chunk for what decides who gets which work. */
export { QueuesPage } from './queues-page.tsx';
