/**
 * Newsletters are laid out in tables of one column and a fixed width. In a frame that is narrower such a table is made as wide as the frame,
 * so that its words can be read without scrolling sideways; tables that have columns to compare keep them.
 */
export function fitWidth(mail: Document): void {
  const room = mail.documentElement.clientWidth;
  if (room === 0) return;
  // From the outside in: what is within a table that was made narrower often fits by itself.
  for (const table of mail.querySelectorAll('table')) {
    if (table.getBoundingClientRect().width <= room || !isColumn(table)) continue;
    for (const element of [table, ...[...table.rows].flatMap((row) => [...row.cells])]) {
      element.removeAttribute('width');
      element.style.setProperty('width', element === table ? '100%' : 'auto', 'important');
      element.style.setProperty('white-space', 'normal', 'important');
    }
  }
}

const isColumn = (table: HTMLTableElement): boolean => [...table.rows].every((row) => row.cells.length <= 1);
