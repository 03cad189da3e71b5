/** Texts of rules, with what is known of the ticket in their places. */
const names = ['ticket.number', 'ticket.subject', 'customer.name', 'centre.name'] as const;
export type Places = Readonly<Record<(typeof names)[number], string>>;

/** A place of another name stays as it was written. What is put in is put in once, whatever it looks like. */
export function fillPlaces(text: string, places: Places): string {
  return text.replaceAll(/\{\{\s*([\w.]{1,40})\s*\}\}/g, (whole, given: string) => {
    const name = names.find((known) => known === given);
    return name === undefined ? whole : places[name];
  });
}
