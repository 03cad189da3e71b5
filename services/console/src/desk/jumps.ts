/** Where the keyboard goes at one press: to the answer, and back to the list. */
import { useNavigate } from 'react-router';
import { useTicketFilter } from './ticket-filter.ts';

/** To the text that is being written, or to what is in its place. */
export function goToComposer(): void {
  document.querySelector<HTMLElement>('[data-jump=composer]')?.focus();
}

/** To the ticket's row, else to the first one, else to the list's head. False where there is no list on the page. */
export function goToRow(ticketId: string | undefined): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('.list [data-ticket-id]')];
  const row =
    rows.find((one) => one.dataset['ticketId'] === ticketId) ??
    rows[0] ??
    document.querySelector<HTMLElement>('.list .tab[aria-pressed=true]');
  row?.focus();
  return row !== null;
}

/** Leads back to the ticket's row; on a telephone the list is a page of its own. */
export function useGoToList(ticketId: string | undefined): () => void {
  const goBack = useGoBack(ticketId);
  return () => {
    if (!goToRow(ticketId)) goBack();
  };
}

/** Closes the ticket: the list that comes begins at its row. */
export function useGoBack(ticketId: string | undefined): () => void {
  const navigate = useNavigate();
  const { address } = useTicketFilter();
  return () => void navigate(`/desk${address}`, { state: { cameFrom: ticketId } });
}
